# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts after this one read folder
# what each add-on was made from, so that the same can be removed
folder=/etc/kubernetes/kubetui/addons
