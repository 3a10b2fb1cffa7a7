"""The seam to package managers: what the package steps need of apt, as shell. Another family is another such file."""

from __future__ import annotations

from typing import Final

SHELL: Final = r"""
stamp=/run/kubetui-apt
apt() {
  dpkg --configure -a
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
  [[ -e $ledger.before ]] || return 0
  packages | comm -13 "$ledger.before" - >>"$ledger"
  rm "$ledger.before"
}
install() {
  refresh
  settle
  mkdir -p "${ledger%/*}"
  packages >"$ledger.new"
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
