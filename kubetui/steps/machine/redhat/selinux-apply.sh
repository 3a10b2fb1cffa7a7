# shellcheck shell=bash # values: MODE

now=$(getenforce 2>/dev/null) || now=Disabled
[[ $now != Disabled ]] || fail "SELinux is off here, and turning it on takes a relabelled disk and a restart. Put selinux: permissive under machines in the profile, or choose another box."
run setenforce "$([[ $MODE == enforcing ]] && echo 1 || echo 0)"
run sed -i --follow-symlinks "s/^SELINUX=.*/SELINUX=$MODE/" /etc/selinux/config
