# shellcheck shell=bash

package_files+=(/etc/haproxy /etc/keepalived)
runtime_units+=(haproxy keepalived)
