# shellcheck shell=bash # values: MODE

now=$(getenforce 2>/dev/null) || now=Disabled
[[ $now != Disabled || $MODE == enforcing ]] || exit 0
[[ ${now,,} == "$MODE" ]] || absent "SELinux is ${now,,}"
grep -qix "SELINUX=$MODE" /etc/selinux/config || absent "/etc/selinux/config makes SELinux something else than $MODE at the next boot"
