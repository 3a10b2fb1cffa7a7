# shellcheck shell=bash

# the folder of its volume, as local-path names it, and the one that all volumes are in
runtime_data+=(/opt/local-path-provisioner/pvc-*_kubetui-registry_registry)
package_folders+=(/opt/local-path-provisioner)
