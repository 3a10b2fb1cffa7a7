"""The seam to package managers: what the package steps need of apt, as shell. Another family is another such file."""

from __future__ import annotations

from typing import Final

SHELL: Final = r"""
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
"""
