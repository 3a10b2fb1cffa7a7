##### facts: probe

. /etc/os-release
say "$PRETTY_NAME, $(uname -m), $(nproc) CPUs, $(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo) MiB, kernel $(uname -r)"
case " $ID ${ID_LIKE:-} " in
  *' debian '*) ;;
  *) fail "$PRETTY_NAME is not Debian or Ubuntu, and kubetui knows no other packages yet. Choose another box." ;;
esac
address=$(ip -4 -oneline address show | grep -F " $ADDRESS/" || true)
[[ -n $address ]] || fail "no interface has the address $ADDRESS. The provider did not set up the private network."
if [[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]; then groups=2; else groups=1; fi
((groups >= CGROUPS)) || fail "cgroup version 1: the kubelet refuses it from Kubernetes 1.35 on. Choose a newer box, or let the kubelet take it: put {kind: KubeletConfiguration, failCgroupV1: false} in kubernetes.patches."
memory=$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo)
((memory * 100 >= MEMORY * 85)) || fail "it has $memory MiB, and the profile says $MEMORY."
say "$(awk '{print "address " $4 " on " $2}' <<<"$address"), cgroup version $groups"

##### claim: probe

place=/var/lib/kubetui before=/var/lib/kubetui/before
# these are put back as they were
files=(
  /etc/apt/apt.conf.d/95kubetui /etc/apt/keyrings/kubernetes-apt-keyring.gpg /etc/apt/sources.list.d/kubernetes.list
  /etc/bash_completion.d/kubectl /etc/cni /etc/containerd /etc/crictl.yaml /etc/default/kubelet /etc/kubernetes
  /etc/modules-load.d/kubetui.conf /etc/sysctl.d/90-kubetui.conf
  /etc/systemd/system/containerd.service.d /etc/systemd/system/kubelet.service.d
)
# these go away unless they were there
data=(
  /opt/cni /opt/containerd /root/.gnupg /root/.kube /run/flannel /run/containerd /run/kubernetes /usr/libexec/kubernetes
  /var/lib/cni /var/lib/containerd /var/lib/etcd /var/lib/kubelet /var/log/containers /var/log/pods
)
folders=(/etc/apt/keyrings /etc/bash_completion.d)
settings=(net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables net.ipv4.ip_forward)
tables() { if command -v nft >/dev/null; then nft list tables; fi; }
swap_units() { systemctl list-unit-files --type=swap --state=masked --plain --no-legend 2>/dev/null | awk '{print $1}' || true; }

[[ -s $place/cluster ]] || absent "it belongs to no cluster yet"
[[ $(<"$place/cluster") == "$CLUSTER_ID "* ]] || foreign "it belongs to the cluster $(cut -d ' ' -f 2 "$place/cluster") of another kubetui"

##### claim: apply

place=/var/lib/kubetui before=/var/lib/kubetui/before
# these are put back as they were
files=(
  /etc/apt/apt.conf.d/95kubetui /etc/apt/keyrings/kubernetes-apt-keyring.gpg /etc/apt/sources.list.d/kubernetes.list
  /etc/bash_completion.d/kubectl /etc/cni /etc/containerd /etc/crictl.yaml /etc/default/kubelet /etc/kubernetes
  /etc/modules-load.d/kubetui.conf /etc/sysctl.d/90-kubetui.conf
  /etc/systemd/system/containerd.service.d /etc/systemd/system/kubelet.service.d
)
# these go away unless they were there
data=(
  /opt/cni /opt/containerd /root/.gnupg /root/.kube /run/flannel /run/containerd /run/kubernetes /usr/libexec/kubernetes
  /var/lib/cni /var/lib/containerd /var/lib/etcd /var/lib/kubelet /var/log/containers /var/log/pods
)
folders=(/etc/apt/keyrings /etc/bash_completion.d)
settings=(net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables net.ipv4.ip_forward)
tables() { if command -v nft >/dev/null; then nft list tables; fi; }
swap_units() { systemctl list-unit-files --type=swap --state=masked --plain --no-legend 2>/dev/null | awk '{print $1}' || true; }

there() { [[ -e $1 || -L $1 ]]; }
rm -rf "$before" "$before.new"
mkdir -p "$before.new"
chmod 700 "$place" "$before.new"
cd "$before.new"
for path in "${files[@]}" "${data[@]}" "${folders[@]}"; do if there "$path"; then printf '%s\n' "$path"; fi; done >paths
for path in "${files[@]}"; do if there "$path"; then printf '%s\0' "$path"; fi; done |
  tar --create --file=files.tar --absolute-names --null --files-from=-
cp /etc/hosts hosts
apt-mark showhold >holds
apt-mark showauto >auto
swapon --show=NAME --noheadings >swaps
swap_units >masked
for name in "${settings[@]}"; do
  if value=$(sysctl -n "$name" 2>/dev/null); then printf '%s = %s\n' "$name" "$value"; fi
done >settings
for name in overlay br_netfilter; do if [[ -d /sys/module/$name ]]; then printf '%s\n' "$name"; fi; done >modules
for name in containerd kubelet; do
  enabled=$(systemctl is-enabled "$name" 2>/dev/null || true) active=$(systemctl is-active "$name" 2>/dev/null || true)
  printf '%s %s %s\n' "$name" "${enabled:-none}" "${active:-none}"
done >units
ls /sys/class/net >interfaces
tables >tables
cd /
mv "$before.new" "$before"
# the record is on the disk before the mark that vouches for it
sync
put "$place/cluster" "$CLUSTER_ID $CLUSTER_NAME" 600

##### hosts: probe
begin='# kubetui: the nodes of this cluster' end='# kubetui: end'

# what /etc/hosts is about to be: a power cut may leave that itself empty, and with it who else is in it is lost
copy=/var/lib/kubetui/hosts
if [[ -e $copy ]]; then from=$copy; else from=/etc/hosts; fi
wanted() { printf '%s\n%s\n%s\n' "$begin" "$NODES" "$end"; }
# a box often says 127.0.1.1 for the host name; the node would then take that for its own address
others() { sed -e "/^$begin\$/,/^$end\$/d" -e "/^127\.0\.1\.1[[:space:]]/d" "$from"; }
text=$(others; wanted)

[[ -z $NAME || $(hostname) == "$NAME" ]] || absent "the host name is $(hostname)"
[[ ! -e $copy ]] || partial "/etc/hosts was not written to its end"
same /etc/hosts "$text" || absent "/etc/hosts lacks the nodes"

##### hosts: apply
begin='# kubetui: the nodes of this cluster' end='# kubetui: end'

# what /etc/hosts is about to be: a power cut may leave that itself empty, and with it who else is in it is lost
copy=/var/lib/kubetui/hosts
if [[ -e $copy ]]; then from=$copy; else from=/etc/hosts; fi
wanted() { printf '%s\n%s\n%s\n' "$begin" "$NODES" "$end"; }
# a box often says 127.0.1.1 for the host name; the node would then take that for its own address
others() { sed -e "/^$begin\$/,/^$end\$/d" -e "/^127\.0\.1\.1[[:space:]]/d" "$from"; }
text=$(others; wanted)

[[ -z $NAME || $(hostname) == "$NAME" ]] || hostnamectl set-hostname "$NAME"
# written in place: a bind-mounted /etc/hosts cannot be replaced
put "$copy" "$text"
sync "$copy"
same /etc/hosts "$text" || { printf '%s\n' "$text" >/etc/hosts; say "wrote /etc/hosts"; }
sync /etc/hosts
rm "$copy"

##### swap: probe

[[ -z $(swapon --show --noheadings) ]] || absent "swap is on"
! grep -qE '^[^#]+[[:space:]]swap[[:space:]]' /etc/fstab || absent "/etc/fstab turns swap on at the next boot"
units=$(systemctl list-units --type=swap --state=active --plain --no-legend | awk '{print $1}')
[[ -z $units ]] || absent "swap units are active: $units"

##### swap: apply

swapoff -a
sed -i -E '/^[^#]+[[:space:]]swap[[:space:]]/s/^/# kubetui: /' /etc/fstab
systemctl daemon-reload
for unit in $(systemctl list-unit-files --type=swap --plain --no-legend | awk '{print $1}'); do
  systemctl mask --now "$unit"
done

##### kernel: probe

modules=$'overlay\nbr_netfilter'
settings=$'net.bridge.bridge-nf-call-iptables = 1\nnet.bridge.bridge-nf-call-ip6tables = 1\nnet.ipv4.ip_forward = 1'

same /etc/modules-load.d/kubetui.conf "$modules" || absent "modules are not loaded at boot"
same /etc/sysctl.d/90-kubetui.conf "$settings" || absent "settings are not made at boot"
for setting in net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables net.ipv4.ip_forward; do
  [[ $(sysctl -n "$setting" 2>/dev/null) == 1 ]] || absent "$setting is not 1"
done

##### kernel: apply

modules=$'overlay\nbr_netfilter'
settings=$'net.bridge.bridge-nf-call-iptables = 1\nnet.bridge.bridge-nf-call-ip6tables = 1\nnet.ipv4.ip_forward = 1'

put /etc/modules-load.d/kubetui.conf "$modules"
put /etc/sysctl.d/90-kubetui.conf "$settings"
for module in $modules; do modprobe "$module"; done
sysctl --load=/etc/sysctl.d/90-kubetui.conf

##### base: probe

stamp=/run/kubetui-apt
# DPkg::Lock::Timeout is for dpkg's own locks: who reads the lists anew is waited for here, as long
holder() { # FILE: the process that has it locked
  awk -v inode="$(stat --format=%i "$1" 2>/dev/null)" \
    '$2 == "POSIX" {split($6, at, ":"); if (at[3] == inode) {print $5; exit}}' /proc/locks
}
lists_free() {
  local lock=/var/lib/apt/lists/lock end=$((SECONDS + 300)) pid said=
  while pid=$(holder "$lock"); [[ -n $pid ]] && ((SECONDS < end)); do
    [[ -n $said ]] || say "waiting: $lock is held by process $pid"
    said=yes
    sleep 1
  done
}
apt() {
  dpkg --configure -a
  lists_free
  apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o APT::Update::Error-Mode=any "$@"
}
# one list refresh a boot, or the first install would work with lists as old as the box
refresh() {
  [[ -e $stamp ]] && return
  retry 5 apt update && : >"$stamp"
}
# what was not there before is written down: destroying the cluster takes it off a machine that is somebody's own
ledger=/var/lib/kubetui/packages
packages() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | awk '$1 == "installed" {print $2}' | sort -u
}
settle() {
  # of an empty one, which a power cut may leave, nothing can be learned
  [[ -s $ledger.before ]] || return 0
  packages | comm -13 "$ledger.before" - >>"$ledger"
  sync "$ledger"
  rm "$ledger.before"
}
install() {
  refresh
  settle
  mkdir -p "${ledger%/*}"
  packages >"$ledger.new"
  sync "$ledger.new"
  mv "$ledger.new" "$ledger.before"
  _install "$@" || return
  settle
}
_install() {
  apt install --yes --no-install-recommends "$@" && return
  rm -f "$stamp"
  refresh
  retry 4 apt install --yes --no-install-recommends "$@"
}
installed() { # NAME...: every package is there and configured
  local name
  for name in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || return 1
  done
}
conf=/etc/apt/apt.conf.d/95kubetui
read -ra names <<<"$NAMES"

[[ -z $APT_CONF ]] || same "$conf" "$APT_CONF" || absent "apt does not know the proxy"
for name in "${names[@]}"; do installed "$name" || absent "$name is not installed"; done

##### base: apply

stamp=/run/kubetui-apt
# DPkg::Lock::Timeout is for dpkg's own locks: who reads the lists anew is waited for here, as long
holder() { # FILE: the process that has it locked
  awk -v inode="$(stat --format=%i "$1" 2>/dev/null)" \
    '$2 == "POSIX" {split($6, at, ":"); if (at[3] == inode) {print $5; exit}}' /proc/locks
}
lists_free() {
  local lock=/var/lib/apt/lists/lock end=$((SECONDS + 300)) pid said=
  while pid=$(holder "$lock"); [[ -n $pid ]] && ((SECONDS < end)); do
    [[ -n $said ]] || say "waiting: $lock is held by process $pid"
    said=yes
    sleep 1
  done
}
apt() {
  dpkg --configure -a
  lists_free
  apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o APT::Update::Error-Mode=any "$@"
}
# one list refresh a boot, or the first install would work with lists as old as the box
refresh() {
  [[ -e $stamp ]] && return
  retry 5 apt update && : >"$stamp"
}
# what was not there before is written down: destroying the cluster takes it off a machine that is somebody's own
ledger=/var/lib/kubetui/packages
packages() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | awk '$1 == "installed" {print $2}' | sort -u
}
settle() {
  # of an empty one, which a power cut may leave, nothing can be learned
  [[ -s $ledger.before ]] || return 0
  packages | comm -13 "$ledger.before" - >>"$ledger"
  sync "$ledger"
  rm "$ledger.before"
}
install() {
  refresh
  settle
  mkdir -p "${ledger%/*}"
  packages >"$ledger.new"
  sync "$ledger.new"
  mv "$ledger.new" "$ledger.before"
  _install "$@" || return
  settle
}
_install() {
  apt install --yes --no-install-recommends "$@" && return
  rm -f "$stamp"
  refresh
  retry 4 apt install --yes --no-install-recommends "$@"
}
installed() { # NAME...: every package is there and configured
  local name
  for name in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || return 1
  done
}
conf=/etc/apt/apt.conf.d/95kubetui
read -ra names <<<"$NAMES"

# with a password in it, it is root's alone
if [[ $APT_CONF == *@* ]]; then mode=600; else mode=644; fi
if [[ -n $APT_CONF ]]; then put "$conf" "$APT_CONF" "$mode"; fi
room /usr 100
install "${names[@]}"

##### runtime: probe

stamp=/run/kubetui-apt
# DPkg::Lock::Timeout is for dpkg's own locks: who reads the lists anew is waited for here, as long
holder() { # FILE: the process that has it locked
  awk -v inode="$(stat --format=%i "$1" 2>/dev/null)" \
    '$2 == "POSIX" {split($6, at, ":"); if (at[3] == inode) {print $5; exit}}' /proc/locks
}
lists_free() {
  local lock=/var/lib/apt/lists/lock end=$((SECONDS + 300)) pid said=
  while pid=$(holder "$lock"); [[ -n $pid ]] && ((SECONDS < end)); do
    [[ -n $said ]] || say "waiting: $lock is held by process $pid"
    said=yes
    sleep 1
  done
}
apt() {
  dpkg --configure -a
  lists_free
  apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o APT::Update::Error-Mode=any "$@"
}
# one list refresh a boot, or the first install would work with lists as old as the box
refresh() {
  [[ -e $stamp ]] && return
  retry 5 apt update && : >"$stamp"
}
# what was not there before is written down: destroying the cluster takes it off a machine that is somebody's own
ledger=/var/lib/kubetui/packages
packages() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | awk '$1 == "installed" {print $2}' | sort -u
}
settle() {
  # of an empty one, which a power cut may leave, nothing can be learned
  [[ -s $ledger.before ]] || return 0
  packages | comm -13 "$ledger.before" - >>"$ledger"
  sync "$ledger"
  rm "$ledger.before"
}
install() {
  refresh
  settle
  mkdir -p "${ledger%/*}"
  packages >"$ledger.new"
  sync "$ledger.new"
  mv "$ledger.new" "$ledger.before"
  _install "$@" || return
  settle
}
_install() {
  apt install --yes --no-install-recommends "$@" && return
  rm -f "$stamp"
  refresh
  retry 4 apt install --yes --no-install-recommends "$@"
}
installed() { # NAME...: every package is there and configured
  local name
  for name in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || return 1
  done
}

installed containerd || installed containerd.io || absent "containerd is not installed"

##### runtime: apply

stamp=/run/kubetui-apt
# DPkg::Lock::Timeout is for dpkg's own locks: who reads the lists anew is waited for here, as long
holder() { # FILE: the process that has it locked
  awk -v inode="$(stat --format=%i "$1" 2>/dev/null)" \
    '$2 == "POSIX" {split($6, at, ":"); if (at[3] == inode) {print $5; exit}}' /proc/locks
}
lists_free() {
  local lock=/var/lib/apt/lists/lock end=$((SECONDS + 300)) pid said=
  while pid=$(holder "$lock"); [[ -n $pid ]] && ((SECONDS < end)); do
    [[ -n $said ]] || say "waiting: $lock is held by process $pid"
    said=yes
    sleep 1
  done
}
apt() {
  dpkg --configure -a
  lists_free
  apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o APT::Update::Error-Mode=any "$@"
}
# one list refresh a boot, or the first install would work with lists as old as the box
refresh() {
  [[ -e $stamp ]] && return
  retry 5 apt update && : >"$stamp"
}
# what was not there before is written down: destroying the cluster takes it off a machine that is somebody's own
ledger=/var/lib/kubetui/packages
packages() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | awk '$1 == "installed" {print $2}' | sort -u
}
settle() {
  # of an empty one, which a power cut may leave, nothing can be learned
  [[ -s $ledger.before ]] || return 0
  packages | comm -13 "$ledger.before" - >>"$ledger"
  sync "$ledger"
  rm "$ledger.before"
}
install() {
  refresh
  settle
  mkdir -p "${ledger%/*}"
  packages >"$ledger.new"
  sync "$ledger.new"
  mv "$ledger.new" "$ledger.before"
  _install "$@" || return
  settle
}
_install() {
  apt install --yes --no-install-recommends "$@" && return
  rm -f "$stamp"
  refresh
  retry 4 apt install --yes --no-install-recommends "$@"
}
installed() { # NAME...: every package is there and configured
  local name
  for name in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || return 1
  done
}
room /usr 200
installed containerd.io || install containerd

##### repository: probe

stamp=/run/kubetui-apt
# DPkg::Lock::Timeout is for dpkg's own locks: who reads the lists anew is waited for here, as long
holder() { # FILE: the process that has it locked
  awk -v inode="$(stat --format=%i "$1" 2>/dev/null)" \
    '$2 == "POSIX" {split($6, at, ":"); if (at[3] == inode) {print $5; exit}}' /proc/locks
}
lists_free() {
  local lock=/var/lib/apt/lists/lock end=$((SECONDS + 300)) pid said=
  while pid=$(holder "$lock"); [[ -n $pid ]] && ((SECONDS < end)); do
    [[ -n $said ]] || say "waiting: $lock is held by process $pid"
    said=yes
    sleep 1
  done
}
apt() {
  dpkg --configure -a
  lists_free
  apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o APT::Update::Error-Mode=any "$@"
}
# one list refresh a boot, or the first install would work with lists as old as the box
refresh() {
  [[ -e $stamp ]] && return
  retry 5 apt update && : >"$stamp"
}
# what was not there before is written down: destroying the cluster takes it off a machine that is somebody's own
ledger=/var/lib/kubetui/packages
packages() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | awk '$1 == "installed" {print $2}' | sort -u
}
settle() {
  # of an empty one, which a power cut may leave, nothing can be learned
  [[ -s $ledger.before ]] || return 0
  packages | comm -13 "$ledger.before" - >>"$ledger"
  sync "$ledger"
  rm "$ledger.before"
}
install() {
  refresh
  settle
  mkdir -p "${ledger%/*}"
  packages >"$ledger.new"
  sync "$ledger.new"
  mv "$ledger.new" "$ledger.before"
  _install "$@" || return
  settle
}
_install() {
  apt install --yes --no-install-recommends "$@" && return
  rm -f "$stamp"
  refresh
  retry 4 apt install --yes --no-install-recommends "$@"
}
installed() { # NAME...: every package is there and configured
  local name
  for name in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || return 1
  done
}

key=/etc/apt/keyrings/kubernetes-apt-keyring.gpg list=/etc/apt/sources.list.d/kubernetes.list
line="deb [signed-by=$key] $URL /"

[[ -s $key ]] || absent "the key is not there"
same "$list" "$line" || absent "$list is not there"

##### repository: apply

stamp=/run/kubetui-apt
# DPkg::Lock::Timeout is for dpkg's own locks: who reads the lists anew is waited for here, as long
holder() { # FILE: the process that has it locked
  awk -v inode="$(stat --format=%i "$1" 2>/dev/null)" \
    '$2 == "POSIX" {split($6, at, ":"); if (at[3] == inode) {print $5; exit}}' /proc/locks
}
lists_free() {
  local lock=/var/lib/apt/lists/lock end=$((SECONDS + 300)) pid said=
  while pid=$(holder "$lock"); [[ -n $pid ]] && ((SECONDS < end)); do
    [[ -n $said ]] || say "waiting: $lock is held by process $pid"
    said=yes
    sleep 1
  done
}
apt() {
  dpkg --configure -a
  lists_free
  apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o APT::Update::Error-Mode=any "$@"
}
# one list refresh a boot, or the first install would work with lists as old as the box
refresh() {
  [[ -e $stamp ]] && return
  retry 5 apt update && : >"$stamp"
}
# what was not there before is written down: destroying the cluster takes it off a machine that is somebody's own
ledger=/var/lib/kubetui/packages
packages() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | awk '$1 == "installed" {print $2}' | sort -u
}
settle() {
  # of an empty one, which a power cut may leave, nothing can be learned
  [[ -s $ledger.before ]] || return 0
  packages | comm -13 "$ledger.before" - >>"$ledger"
  sync "$ledger"
  rm "$ledger.before"
}
install() {
  refresh
  settle
  mkdir -p "${ledger%/*}"
  packages >"$ledger.new"
  sync "$ledger.new"
  mv "$ledger.new" "$ledger.before"
  _install "$@" || return
  settle
}
_install() {
  apt install --yes --no-install-recommends "$@" && return
  rm -f "$stamp"
  refresh
  retry 4 apt install --yes --no-install-recommends "$@"
}
installed() { # NAME...: every package is there and configured
  local name
  for name in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || return 1
  done
}

key=/etc/apt/keyrings/kubernetes-apt-keyring.gpg list=/etc/apt/sources.list.d/kubernetes.list
line="deb [signed-by=$key] $URL /"

fetched=$(mktemp)
trap 'rm -f "$fetched"' EXIT
# by standard input: a password would show in the list of processes
fetch() { curl --fail --silent --show-error --location --max-time 60 --output "$fetched" --config - <<<"url = \"$KEY_URL\""$'\n'"$PROXY"; }
retry 5 fetch
details=$(gpg --batch --show-keys --with-colons "$fetched") || fail "$KEY_URL is not an OpenPGP key"
found=$(awk -F: '$1 == "fpr" {print $10; exit}' <<<"$details")
say "key $found"
[[ -z $FINGERPRINT || $found == "$FINGERPRINT" ]] || fail "the key at $KEY_URL is $found, and the profile wants $FINGERPRINT"
[[ $(awk -F: '$1 == "pub" {print $2; exit}' <<<"$details") != e ]] || fail "the key at $KEY_URL has expired, so $URL cannot be checked"
mkdir -p /etc/apt/keyrings
gpg --batch --yes --dearmor --output "$key.kubetui" "$fetched"
chmod 644 "$key.kubetui"
mv "$key.kubetui" "$key"
put "$list" "$line" "$([[ $URL == *@* ]] && echo 600 || echo 644)"
# this list alone: the others were read a minute ago
retry 5 apt update -o Dir::Etc::sourcelist="$list" -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0

##### kubernetes: probe

stamp=/run/kubetui-apt
# DPkg::Lock::Timeout is for dpkg's own locks: who reads the lists anew is waited for here, as long
holder() { # FILE: the process that has it locked
  awk -v inode="$(stat --format=%i "$1" 2>/dev/null)" \
    '$2 == "POSIX" {split($6, at, ":"); if (at[3] == inode) {print $5; exit}}' /proc/locks
}
lists_free() {
  local lock=/var/lib/apt/lists/lock end=$((SECONDS + 300)) pid said=
  while pid=$(holder "$lock"); [[ -n $pid ]] && ((SECONDS < end)); do
    [[ -n $said ]] || say "waiting: $lock is held by process $pid"
    said=yes
    sleep 1
  done
}
apt() {
  dpkg --configure -a
  lists_free
  apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o APT::Update::Error-Mode=any "$@"
}
# one list refresh a boot, or the first install would work with lists as old as the box
refresh() {
  [[ -e $stamp ]] && return
  retry 5 apt update && : >"$stamp"
}
# what was not there before is written down: destroying the cluster takes it off a machine that is somebody's own
ledger=/var/lib/kubetui/packages
packages() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | awk '$1 == "installed" {print $2}' | sort -u
}
settle() {
  # of an empty one, which a power cut may leave, nothing can be learned
  [[ -s $ledger.before ]] || return 0
  packages | comm -13 "$ledger.before" - >>"$ledger"
  sync "$ledger"
  rm "$ledger.before"
}
install() {
  refresh
  settle
  mkdir -p "${ledger%/*}"
  packages >"$ledger.new"
  sync "$ledger.new"
  mv "$ledger.new" "$ledger.before"
  _install "$@" || return
  settle
}
_install() {
  apt install --yes --no-install-recommends "$@" && return
  rm -f "$stamp"
  refresh
  retry 4 apt install --yes --no-install-recommends "$@"
}
installed() { # NAME...: every package is there and configured
  local name
  for name in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || return 1
  done
}
names=(kubelet kubeadm kubectl) SERVICE=kubelet

# a unit's own Environment= would show to everyone who asks systemd; this file is root's alone
unit=/etc/systemd/system/$SERVICE.service.d/20-kubetui-proxy
# the minus: a machine from a prepared box starts without the file
drop_in="[Service]
EnvironmentFile=-$unit.env"
proxied() { [[ -z $PROXY ]] || { same "$unit.env" "$PROXY" && same "$unit.conf" "$drop_in"; }; }
proxy() {
  proxied && return
  put "$unit.env" "$PROXY" 600
  put "$unit.conf" "$drop_in"
  systemctl daemon-reload
}

for name in "${names[@]}" kubernetes-cni; do
  read -r status version < <(dpkg-query --show --showformat='${db:Status-Abbrev} ${Version}\n' "$name" 2>/dev/null) ||
    absent "$name is not installed"
  [[ $status == ?i ]] || absent "$name is not installed"
  [[ $name == kubernetes-cni || $version == "$VERSION"[.-]* ]] || partial "$name is $version, and the profile wants $VERSION"
  [[ $status == h? ]] || partial "$name is not held"
done
proxied || partial "the kubelet does not know the proxy"
systemctl is-enabled --quiet kubelet || partial "kubelet is not enabled"

##### kubernetes: apply

stamp=/run/kubetui-apt
# DPkg::Lock::Timeout is for dpkg's own locks: who reads the lists anew is waited for here, as long
holder() { # FILE: the process that has it locked
  awk -v inode="$(stat --format=%i "$1" 2>/dev/null)" \
    '$2 == "POSIX" {split($6, at, ":"); if (at[3] == inode) {print $5; exit}}' /proc/locks
}
lists_free() {
  local lock=/var/lib/apt/lists/lock end=$((SECONDS + 300)) pid said=
  while pid=$(holder "$lock"); [[ -n $pid ]] && ((SECONDS < end)); do
    [[ -n $said ]] || say "waiting: $lock is held by process $pid"
    said=yes
    sleep 1
  done
}
apt() {
  dpkg --configure -a
  lists_free
  apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o APT::Update::Error-Mode=any "$@"
}
# one list refresh a boot, or the first install would work with lists as old as the box
refresh() {
  [[ -e $stamp ]] && return
  retry 5 apt update && : >"$stamp"
}
# what was not there before is written down: destroying the cluster takes it off a machine that is somebody's own
ledger=/var/lib/kubetui/packages
packages() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | awk '$1 == "installed" {print $2}' | sort -u
}
settle() {
  # of an empty one, which a power cut may leave, nothing can be learned
  [[ -s $ledger.before ]] || return 0
  packages | comm -13 "$ledger.before" - >>"$ledger"
  sync "$ledger"
  rm "$ledger.before"
}
install() {
  refresh
  settle
  mkdir -p "${ledger%/*}"
  packages >"$ledger.new"
  sync "$ledger.new"
  mv "$ledger.new" "$ledger.before"
  _install "$@" || return
  settle
}
_install() {
  apt install --yes --no-install-recommends "$@" && return
  rm -f "$stamp"
  refresh
  retry 4 apt install --yes --no-install-recommends "$@"
}
installed() { # NAME...: every package is there and configured
  local name
  for name in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || return 1
  done
}
names=(kubelet kubeadm kubectl) SERVICE=kubelet

# a unit's own Environment= would show to everyone who asks systemd; this file is root's alone
unit=/etc/systemd/system/$SERVICE.service.d/20-kubetui-proxy
# the minus: a machine from a prepared box starts without the file
drop_in="[Service]
EnvironmentFile=-$unit.env"
proxied() { [[ -z $PROXY ]] || { same "$unit.env" "$PROXY" && same "$unit.conf" "$drop_in"; }; }
proxy() {
  proxied && return
  put "$unit.env" "$PROXY" 600
  put "$unit.conf" "$drop_in"
  systemctl daemon-reload
}

room /usr 300
changed=
proxied || { proxy; changed=yes; }
install --allow-change-held-packages "${names[@]/%/=$PATTERN}" kubernetes-cni
[[ -z $changed ]] || systemctl try-restart kubelet
apt-mark hold "${names[@]}" kubernetes-cni
systemctl enable kubelet

##### containerd: probe
command -v kubeadm >/dev/null && command -v containerd >/dev/null || absent 'packages are missing'

# the images that kubeadm of this version names, from the profile's repository
images() {
  local file list
  file=$(mktemp)
  printf '%s\n' "${CLUSTER//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}" >"$file"
  list=$(kubeadm config images list --config="$file" 2>/dev/null) || list=
  rm -f "$file"
  [[ -n $list ]] || fail "kubeadm does not list its images"
  printf '%s\n' "$list"
}

major=$(containerd --version | grep -oE ' v?[0-9]+\.[0-9]+' | head -n 1 | tr -d ' v' | cut -d. -f1)
case $major in 1) text=$CONFIG_1 ;; 2) text=$CONFIG_2 ;; *) fail "containerd $(containerd --version) is not known" ;; esac
config() {
  local pause
  pause=$(images | grep -E '(^|/)pause:') || fail "kubeadm names no pause image"
  printf '%s' "${text//@SANDBOX_IMAGE@/$pause}"
}
hosts() { # URL [LOGIN]: containerd takes no user from the URL itself
  printf '[host."%s"]\n  capabilities = ["pull", "resolve"]' "$1"
  [[ -z ${2-} ]] || printf '\n  [host."%s".header]\n    Authorization = "Basic %s"' "$1" "$2"
}
SERVICE=containerd

# a unit's own Environment= would show to everyone who asks systemd; this file is root's alone
unit=/etc/systemd/system/$SERVICE.service.d/20-kubetui-proxy
# the minus: a machine from a prepared box starts without the file
drop_in="[Service]
EnvironmentFile=-$unit.env"
proxied() { [[ -z $PROXY ]] || { same "$unit.env" "$PROXY" && same "$unit.conf" "$drop_in"; }; }
proxy() {
  proxied && return
  put "$unit.env" "$PROXY" 600
  put "$unit.conf" "$drop_in"
  systemctl daemon-reload
}

wanted=$(config)
same /etc/containerd/config.toml "$wanted" || absent "config.toml is not kubetui's"
same /etc/crictl.yaml "$CRICTL" || absent "crictl does not know containerd"
proxied || absent "containerd does not know the proxy"
while read -r registry url login; do
  [[ -z $registry ]] || same "/etc/containerd/certs.d/$registry/hosts.toml" "$(hosts "$url" "$login")" || absent "$registry has no mirror"
done <<<"$REGISTRIES"
systemctl is-active --quiet containerd || partial "containerd does not run"
systemctl is-enabled --quiet containerd || partial "containerd is not started at boot"
started=$(date --date="$(systemctl show --property=ActiveEnterTimestamp --value containerd)" +%s)
(($(stat --format=%Y /etc/containerd/config.toml) <= started)) || partial "containerd has not read its configuration"

##### containerd: apply

# the images that kubeadm of this version names, from the profile's repository
images() {
  local file list
  file=$(mktemp)
  printf '%s\n' "${CLUSTER//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}" >"$file"
  list=$(kubeadm config images list --config="$file" 2>/dev/null) || list=
  rm -f "$file"
  [[ -n $list ]] || fail "kubeadm does not list its images"
  printf '%s\n' "$list"
}

major=$(containerd --version | grep -oE ' v?[0-9]+\.[0-9]+' | head -n 1 | tr -d ' v' | cut -d. -f1)
case $major in 1) text=$CONFIG_1 ;; 2) text=$CONFIG_2 ;; *) fail "containerd $(containerd --version) is not known" ;; esac
config() {
  local pause
  pause=$(images | grep -E '(^|/)pause:') || fail "kubeadm names no pause image"
  printf '%s' "${text//@SANDBOX_IMAGE@/$pause}"
}
hosts() { # URL [LOGIN]: containerd takes no user from the URL itself
  printf '[host."%s"]\n  capabilities = ["pull", "resolve"]' "$1"
  [[ -z ${2-} ]] || printf '\n  [host."%s".header]\n    Authorization = "Basic %s"' "$1" "$2"
}
SERVICE=containerd

# a unit's own Environment= would show to everyone who asks systemd; this file is root's alone
unit=/etc/systemd/system/$SERVICE.service.d/20-kubetui-proxy
# the minus: a machine from a prepared box starts without the file
drop_in="[Service]
EnvironmentFile=-$unit.env"
proxied() { [[ -z $PROXY ]] || { same "$unit.env" "$PROXY" && same "$unit.conf" "$drop_in"; }; }
proxy() {
  proxied && return
  put "$unit.env" "$PROXY" 600
  put "$unit.conf" "$drop_in"
  systemctl daemon-reload
}

wanted=$(config)
put /etc/containerd/config.toml "$wanted"
put /etc/crictl.yaml "$CRICTL"
proxy
while read -r registry url login; do
  # with a password in it, it is root's alone
  [[ -z $registry ]] || put "/etc/containerd/certs.d/$registry/hosts.toml" "$(hosts "$url" "$login")" "$([[ -n $login ]] && echo 600 || echo 644)"
done <<<"$REGISTRIES"
systemctl enable containerd
systemctl restart containerd

##### images: probe
command -v kubeadm >/dev/null && command -v crictl >/dev/null || absent 'packages are missing'

# the images that kubeadm of this version names, from the profile's repository
images() {
  local file list
  file=$(mktemp)
  printf '%s\n' "${CLUSTER//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}" >"$file"
  list=$(kubeadm config images list --config="$file" 2>/dev/null) || list=
  rm -f "$file"
  [[ -n $list ]] || fail "kubeadm does not list its images"
  printf '%s\n' "$list"
}

wanted() {
  local list
  list=$(images) || return
  if [[ $ROLE == worker ]]; then list=$(grep -E '/(kube-proxy|pause|coredns(/coredns)?):' <<<"$list" || true); fi
  printf '%s\n' ${list:+"$list"} ${EXTRA:+"$EXTRA"}
}
there() { crictl inspecti -q "$1" >/dev/null 2>&1; }
# containerd knows an image before its files are on the disk: after a power cut they may be empty
pulling=/var/lib/kubetui/images.begun

list=$(wanted)
[[ ! -e $pulling ]] || partial "the images were not pulled to their end"
for image in $list; do there "$image" || absent "$image is not there"; done

##### images: apply

# the images that kubeadm of this version names, from the profile's repository
images() {
  local file list
  file=$(mktemp)
  printf '%s\n' "${CLUSTER//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}" >"$file"
  list=$(kubeadm config images list --config="$file" 2>/dev/null) || list=
  rm -f "$file"
  [[ -n $list ]] || fail "kubeadm does not list its images"
  printf '%s\n' "$list"
}

wanted() {
  local list
  list=$(images) || return
  if [[ $ROLE == worker ]]; then list=$(grep -E '/(kube-proxy|pause|coredns(/coredns)?):' <<<"$list" || true); fi
  printf '%s\n' ${list:+"$list"} ${EXTRA:+"$EXTRA"}
}
there() { crictl inspecti -q "$1" >/dev/null 2>&1; }
# containerd knows an image before its files are on the disk: after a power cut they may be empty
pulling=/var/lib/kubetui/images.begun

source_of() { # IMAGE: the mirror that is asked for it, or its own registry
  local url
  url=$(awk -v registry="${1%%/*}" '$1 == registry {print $2}' <<<"$MIRRORS")
  say "${url:-${1%%/*}}"
}
room /var/lib/containerd "$ROOM"
text=$(wanted)
mapfile -t list <<<"$text"
if [[ -e $pulling ]]; then
  say "an earlier pull was cut short: what came of it may be hollow, and is pulled anew"
  for image in "${list[@]}"; do if there "$image"; then crictl rmi "$image"; fi; done
fi
mkdir -p "${pulling%/*}"
: >"$pulling"
sync "$pulling"
# three at a time: while one is unpacked, the next ones come
lane() { # NUMBER: every third image, beginning with that one
  local index image
  for ((index = $1; index < ${#list[@]}; index += 3)); do
    image=${list[index]}
    say "image $((index + 1)) of ${#list[@]}: $image"
    there "$image" || retry 5 crictl pull "$image" || fail "image $image cannot be pulled from $(source_of "$image")"
  done
}
lanes=()
for number in 0 1 2; do
  lane "$number" &
  lanes+=("$!")
done
failed=0
for lane in "${lanes[@]}"; do wait "$lane" || failed=1; done
# what came stays, also when something did not
sync
rm "$pulling"
exit "$failed"

##### init: probe
export KUBECONFIG=/etc/kubernetes/admin.conf

mark=/var/lib/kubetui/init
claimed() { [[ ! -s $mark.begun || $(<"$mark.begun") == "$CLUSTER_ID" ]]; }
healthy() { [[ $(kubectl get --raw=/readyz --request-timeout=5s 2>/dev/null) == ok ]]; }
stored() { kubectl -n kube-system get configmap kubeadm-config --request-timeout=10s -o 'jsonpath={.data.ClusterConfiguration}' 2>/dev/null; }
ours() { grep -qxF "clusterName: $CLUSTER_NAME" <<<"$1" && grep -qF "podSubnet: $POD_CIDR" <<<"$1"; }

[[ -e /etc/kubernetes/admin.conf || -e $mark.begun ]] || absent "there is no control plane yet"
[[ -e $mark.begun ]] || foreign "there is a control plane that kubetui did not make"
claimed || foreign "there is the control plane of another cluster that kubetui made"
[[ -e $mark.done ]] || partial "kubeadm init did not come to its end"
healthy || partial "the API server does not answer"
text=$(stored) || partial "the API server does not answer"
ours "$text" || foreign "the control plane was made for another cluster or pod CIDR"

##### init: apply
export KUBECONFIG=/etc/kubernetes/admin.conf

mark=/var/lib/kubetui/init
claimed() { [[ ! -s $mark.begun || $(<"$mark.begun") == "$CLUSTER_ID" ]]; }
healthy() { [[ $(kubectl get --raw=/readyz --request-timeout=5s 2>/dev/null) == ok ]]; }
stored() { kubectl -n kube-system get configmap kubeadm-config --request-timeout=10s -o 'jsonpath={.data.ClusterConfiguration}' 2>/dev/null; }
ours() { grep -qxF "clusterName: $CLUSTER_NAME" <<<"$1" && grep -qF "podSubnet: $POD_CIDR" <<<"$1"; }

# what an earlier init or join left; etcd's data, too, where a power cut emptied the manifest that names them
reset() {
  kubeadm reset --force --cri-socket="$CRI_SOCKET"
  rm -rf /var/lib/etcd/member
}
# a power cut must not leave the mark without what it vouches for
vouch() { sync && : >"$mark.done"; }
skipped=()
[[ -z $CGROUP_V1_SKIPS || $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] || skipped=("--ignore-preflight-errors=$CGROUP_V1_SKIPS")

wait_healthy() {
  local end=$((SECONDS + $1))
  until healthy; do ((SECONDS < end)) || return 1; sleep 1; done
}
if [[ -e $mark.done ]]; then
  say "the control plane is there; waiting for its API server"
  systemctl start kubelet
  wait_healthy 240 || fail "the API server does not answer: $(journalctl --unit=kubelet --lines=5 --output=cat)"
  exit 0
fi
if [[ -e $mark.begun ]]; then
  say "an earlier kubeadm init was cut short, and no node can have joined: resetting it"
  reset
elif [[ -n $(ls -A /var/lib/etcd 2>/dev/null) ]]; then
  fail "/var/lib/etcd holds data of another cluster, and kubetui deletes none: move it away"
fi
room /var/lib/etcd 200
mkdir -p /var/lib/kubetui
printf %s "$CLUSTER_ID" >"$mark.begun"
config=/run/kubetui-init.yaml
trap 'rm -f "$config"' EXIT
(umask 077 && printf '%s\n' "${CONFIG//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}" >"$config")
if ! kubeadm init --config="$config" "${skipped[@]}" --skip-token-print; then
  say "the kubelet's last lines:"
  journalctl --unit=kubelet --lines=10 --output=cat
  exit 1
fi
vouch

##### kubeconfig: probe
home=$(getent passwd "${USER_NAME:-root}" | cut -d: -f6)

[[ -n $USER_NAME ]] || exit 0
[[ -n $home && -e /etc/kubernetes/admin.conf ]] || absent "there is no kubeconfig yet"
cmp --silent /etc/kubernetes/admin.conf "$home/.kube/config" || absent "$USER_NAME has no kubeconfig"

##### kubeconfig: apply
home=$(getent passwd "${USER_NAME:-root}" | cut -d: -f6)

# on somebody's own machine nobody's home is touched
[[ -n $USER_NAME ]] || exit 0
[[ -n $home ]] || fail "there is no user $USER_NAME"
install -d -m 700 -o "$USER_NAME" -g "$(id -g "$USER_NAME")" "$home/.kube"
install -m 600 -o "$USER_NAME" -g "$(id -g "$USER_NAME")" /etc/kubernetes/admin.conf "$home/.kube/config"
say "$home/.kube/config"

##### network: probe
export KUBECONFIG=/etc/kubernetes/admin.conf
file=/etc/kubernetes/kubetui/pod-network.yaml

same "$file" "$MANIFEST" || absent "the pod network's manifest is not applied"
kubectl get --filename="$file" --output=name --request-timeout=10s >/dev/null 2>&1 || partial "the pod network lacks an object"

##### network: apply
export KUBECONFIG=/etc/kubernetes/admin.conf
file=/etc/kubernetes/kubetui/pod-network.yaml

put "$file.new" "$MANIFEST" 600
retry 5 kubectl apply --filename="$file.new"
# the probe goes by it: what was not applied is not written down
mv "$file.new" "$file"

##### join-control-plane: probe

# a fingerprint of the cluster's authority: every node has its certificate
ca() { sed -n '/-BEGIN CERTIFICATE-/,/-END CERTIFICATE-/p' /etc/kubernetes/pki/ca.crt | sha256sum | cut -c1-64; }

mark=/var/lib/kubetui/join conf=/etc/kubernetes/kubelet.conf
claimed() { [[ ! -s $mark.begun || $(<"$mark.begun") == "$CLUSTER_ID" ]]; }

[[ -e $conf || -e $mark.begun ]] || absent "it has not joined yet"
[[ -e $mark.begun ]] || foreign "it has joined a cluster that kubetui did not make"
claimed || foreign "it has joined another cluster that kubetui made"
# from 1.33 on, the kubelet of a control plane asks the API server beside it
grep -qF -e "server: https://$ENDPOINT" -e "server: https://$ADDRESS:6443" "$conf" 2>/dev/null || partial "kubeadm join did not come to its end"
[[ -e $mark.done ]] || partial "kubeadm join did not come to its end"
systemctl is-active --quiet kubelet || partial "the kubelet does not run"

##### join-control-plane: apply

# a fingerprint of the cluster's authority: every node has its certificate
ca() { sed -n '/-BEGIN CERTIFICATE-/,/-END CERTIFICATE-/p' /etc/kubernetes/pki/ca.crt | sha256sum | cut -c1-64; }

mark=/var/lib/kubetui/join conf=/etc/kubernetes/kubelet.conf
claimed() { [[ ! -s $mark.begun || $(<"$mark.begun") == "$CLUSTER_ID" ]]; }

# what an earlier init or join left; etcd's data, too, where a power cut emptied the manifest that names them
reset() {
  kubeadm reset --force --cri-socket="$CRI_SOCKET"
  rm -rf /var/lib/etcd/member
}
# a power cut must not leave the mark without what it vouches for
vouch() { sync && : >"$mark.done"; }
skipped=()
[[ -z $CGROUP_V1_SKIPS || $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] || skipped=("--ignore-preflight-errors=$CGROUP_V1_SKIPS")

host=${ENDPOINT%:*} port=${ENDPOINT##*:}
knock() { timeout 10 bash -c '</dev/tcp/$0/$1' "$host" "$1" 2>/dev/null; }
if ! knock "$port"; then
  route=$(ip -oneline route get "$host" 2>&1 | head -n 1) || true
  if knock 22; then hop="its SSH answers, so something keeps port $port from here"; else hop="nothing answers there; the way is ${route:-unknown}"; fi
  fail "the control plane cannot be reached at $ENDPOINT from here: $hop"
fi
if [[ -e $mark.done && $(ca) == "$AUTHORITY" ]]; then
  # as it starts, the kubelet makes its node known
  systemctl enable kubelet
  systemctl restart kubelet
  exit 0
fi
room /var/lib/kubelet 50
if [[ -e $mark.done ]]; then
  say "it has joined a control plane that is no more: resetting it, and what its pods had of addresses"
  reset
  ip link delete cni0 2>/dev/null || true
  rm -rf /var/lib/cni /run/flannel
  rm "$mark.done"
elif [[ -e $mark.begun ]]; then
  say "an earlier kubeadm join was cut short: resetting it"
  reset
fi
# a node whose kubelet is gone stays Ready for 40 s, and kubeadm takes no second one of that name
tries=1
[[ ! -e $mark.begun ]] || tries=9
mkdir -p /var/lib/kubetui
printf %s "$CLUSTER_ID" >"$mark.begun"
config=/run/kubetui-join.yaml
trap 'rm -f "$config"' EXIT
text=${CONFIG//@JOIN_TOKEN@/$JOIN_TOKEN}
text=${text//@CERTIFICATE_KEY@/${CERTIFICATE_KEY:-}}
(umask 077 && printf '%s\n' "${text//@CA_HASH@/$CA_HASH}" >"$config")
said=$(mktemp)
trap 'rm -f "$config" "$said"' EXIT
until kubeadm join --config="$config" "${skipped[@]}" 2>&1 | tee "$said"; do
  tries=$((tries - 1))
  if ((tries > 0)) && grep -q 'and status "Ready" already exists' "$said"; then
    say "the cluster has not missed the node yet; again in 10 s"
    reset
    sleep 10
    continue
  fi
  say "the kubelet's last lines:"
  journalctl --unit=kubelet --lines=10 --output=cat
  exit 1
done
vouch

##### join: probe

# a fingerprint of the cluster's authority: every node has its certificate
ca() { sed -n '/-BEGIN CERTIFICATE-/,/-END CERTIFICATE-/p' /etc/kubernetes/pki/ca.crt | sha256sum | cut -c1-64; }

mark=/var/lib/kubetui/join conf=/etc/kubernetes/kubelet.conf
claimed() { [[ ! -s $mark.begun || $(<"$mark.begun") == "$CLUSTER_ID" ]]; }

[[ -e $conf || -e $mark.begun ]] || absent "it has not joined yet"
[[ -e $mark.begun ]] || foreign "it has joined a cluster that kubetui did not make"
claimed || foreign "it has joined another cluster that kubetui made"
# from 1.33 on, the kubelet of a control plane asks the API server beside it
grep -qF -e "server: https://$ENDPOINT" -e "server: https://$ADDRESS:6443" "$conf" 2>/dev/null || partial "kubeadm join did not come to its end"
[[ -e $mark.done ]] || partial "kubeadm join did not come to its end"
systemctl is-active --quiet kubelet || partial "the kubelet does not run"

##### join: apply

# a fingerprint of the cluster's authority: every node has its certificate
ca() { sed -n '/-BEGIN CERTIFICATE-/,/-END CERTIFICATE-/p' /etc/kubernetes/pki/ca.crt | sha256sum | cut -c1-64; }

mark=/var/lib/kubetui/join conf=/etc/kubernetes/kubelet.conf
claimed() { [[ ! -s $mark.begun || $(<"$mark.begun") == "$CLUSTER_ID" ]]; }

# what an earlier init or join left; etcd's data, too, where a power cut emptied the manifest that names them
reset() {
  kubeadm reset --force --cri-socket="$CRI_SOCKET"
  rm -rf /var/lib/etcd/member
}
# a power cut must not leave the mark without what it vouches for
vouch() { sync && : >"$mark.done"; }
skipped=()
[[ -z $CGROUP_V1_SKIPS || $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] || skipped=("--ignore-preflight-errors=$CGROUP_V1_SKIPS")

host=${ENDPOINT%:*} port=${ENDPOINT##*:}
knock() { timeout 10 bash -c '</dev/tcp/$0/$1' "$host" "$1" 2>/dev/null; }
if ! knock "$port"; then
  route=$(ip -oneline route get "$host" 2>&1 | head -n 1) || true
  if knock 22; then hop="its SSH answers, so something keeps port $port from here"; else hop="nothing answers there; the way is ${route:-unknown}"; fi
  fail "the control plane cannot be reached at $ENDPOINT from here: $hop"
fi
if [[ -e $mark.done && $(ca) == "$AUTHORITY" ]]; then
  # as it starts, the kubelet makes its node known
  systemctl enable kubelet
  systemctl restart kubelet
  exit 0
fi
room /var/lib/kubelet 50
if [[ -e $mark.done ]]; then
  say "it has joined a control plane that is no more: resetting it, and what its pods had of addresses"
  reset
  ip link delete cni0 2>/dev/null || true
  rm -rf /var/lib/cni /run/flannel
  rm "$mark.done"
elif [[ -e $mark.begun ]]; then
  say "an earlier kubeadm join was cut short: resetting it"
  reset
fi
# a node whose kubelet is gone stays Ready for 40 s, and kubeadm takes no second one of that name
tries=1
[[ ! -e $mark.begun ]] || tries=9
mkdir -p /var/lib/kubetui
printf %s "$CLUSTER_ID" >"$mark.begun"
config=/run/kubetui-join.yaml
trap 'rm -f "$config"' EXIT
text=${CONFIG//@JOIN_TOKEN@/$JOIN_TOKEN}
text=${text//@CERTIFICATE_KEY@/${CERTIFICATE_KEY:-}}
(umask 077 && printf '%s\n' "${text//@CA_HASH@/$CA_HASH}" >"$config")
said=$(mktemp)
trap 'rm -f "$config" "$said"' EXIT
until kubeadm join --config="$config" "${skipped[@]}" 2>&1 | tee "$said"; do
  tries=$((tries - 1))
  if ((tries > 0)) && grep -q 'and status "Ready" already exists' "$said"; then
    say "the cluster has not missed the node yet; again in 10 s"
    reset
    sleep 10
    continue
  fi
  say "the kubelet's last lines:"
  journalctl --unit=kubelet --lines=10 --output=cat
  exit 1
done
vouch

##### completion: probe
file=/etc/bash_completion.d/kubectl

[[ -s $file && $file -nt /usr/bin/kubectl ]] || absent "kubectl's completion is not there"

##### completion: apply
file=/etc/bash_completion.d/kubectl
text=$(kubectl completion bash)
put "$file" "$text"
touch "$file"

##### check: apply
export KUBECONFIG=/etc/kubernetes/admin.conf

end=$((SECONDS + LIMIT))
# the first thing that is not as planned, or nothing
missing() {
  local nodes pods name address
  nodes=$(kubectl get nodes --request-timeout=10s -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.addresses[?(@.type=="InternalIP")].address}{" "}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' 2>&1) ||
    { printf 'the API server does not answer: %s' "$nodes"; return; }
  while read -r name address; do
    grep -q "^$name " <<<"$nodes" || { printf '%s is not in the cluster' "$name"; return; }
    grep -q "^$name $address " <<<"$nodes" ||
      { printf '%s has the INTERNAL-IP %s, and %s was planned' "$name" "$(awk -v n="$name" '$1 == n {print $2}' <<<"$nodes")" "$address"; return; }
    grep -q "^$name $address True$" <<<"$nodes" || { printf '%s is not Ready' "$name"; return; }
  done <<<"$NODES"
  # the kubelet tells of static pods once a minute; that they run shows in the API server's own answer
  pods=$(kubectl get pods --all-namespaces --request-timeout=10s --field-selector=status.phase!=Succeeded -o 'jsonpath={range .items[*]}{.metadata.namespace}{" "}{.metadata.name}{" "}{.metadata.ownerReferences[0].kind}{" "}{.status.phase}{" "}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' 2>&1) ||
    { printf 'the API server does not answer: %s' "$pods"; return; }
  awk '$1 ~ /^kube-/ && ($4 != "Running" || ($3 != "Node" && $5 != "True")) {printf "pod %s is not ready", $2; exit}' <<<"$pods"
}
said=
until lack=$(missing); [[ -z $lack ]]; do
  [[ $lack == "$said" ]] || say "waiting: $lack"
  said=$lack
  ((SECONDS < end)) || fail "after $LIMIT s: $lack"
  sleep 0.5
done
say "every node is Ready with its planned INTERNAL-IP, and every pod of the system runs"
