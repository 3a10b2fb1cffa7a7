# shellcheck shell=bash # values: ADDRESS, CGROUPS, FAMILY, MEMORY, SYSTEMS, USED_BY
# shellcheck disable=SC1091 # the machine has /etc/os-release
# shellcheck disable=SC2153 # ADDRESS, CGROUPS and MEMORY are values

. /etc/os-release
say "$PRETTY_NAME, $(uname -m), $(nproc) CPUs, $(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo) MiB, kernel $(uname -r)"
fits=
for id in $ID ${ID_LIKE:-}; do [[ " $SYSTEMS " != *" $id "* ]] || fits=yes; done
[[ -n $fits ]] || fail "$PRETTY_NAME does not use $FAMILY, the package manager of $USED_BY. Choose another box, or change machines.packages."
address=$(ip -4 -oneline address show | grep -F " $ADDRESS/" || true)
[[ -n $address ]] || fail "no interface has the address $ADDRESS. The provider did not set up the private network."
if [[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]; then groups=2; else groups=1; fi
((groups >= CGROUPS)) || fail "cgroup version 1: the kubelet refuses it from Kubernetes 1.35 on. Choose a newer box, or let the kubelet take it: put {kind: KubeletConfiguration, failCgroupV1: false} in kubernetes.patches."
memory=$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo)
((memory * 100 >= MEMORY * 85)) || fail "it has $memory MiB, and the profile says $MEMORY."
say "$(awk '{print "address " $4 " on " $2}' <<<"$address"), cgroup version $groups"
