# shellcheck shell=bash

# haproxy first: while the machine has the address, clients hear that their connections end, and connect anew
systemctl stop haproxy 2>/dev/null || true
systemctl stop keepalived 2>/dev/null || true
