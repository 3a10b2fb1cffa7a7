# shellcheck shell=bash
# shellcheck disable=SC2034 # footprint.sh and claim-apply.sh read them

package_files+=(/etc/haproxy /etc/keepalived)
runtime_units+=(haproxy keepalived)
