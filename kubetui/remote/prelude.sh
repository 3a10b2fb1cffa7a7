# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# the answers of a probe: exit codes that kubetui knows
absent() { printf '%s\n' "$*"; exit 10; }
partial() { printf '%s\n' "$*"; exit 11; }
foreign() { printf '%s\n' "$*"; exit 12; }

# same PATH CONTENT: whether the file holds CONTENT and a final newline
same() { [[ -f $1 && $(<"$1") == "$2" ]]; }
# put PATH CONTENT [MODE]: write the file completely or not at all, even if the power fails
put() {
  same "$1" "$2" && return
  mkdir -p "$(dirname "$1")"
  (umask 077 && printf '%s\n' "$2" >"$1.kubetui")
  chmod "${3:-644}" "$1.kubetui"
  sync "$1.kubetui"
  mv "$1.kubetui" "$1"
  say "wrote $1"
}
# room PATH MIB: fail unless PATH has that much free space
room() {
  local place=$1 free
  until [[ -d $place/ ]]; do place=${place%/*}; done
  free=$(df --output=avail --block-size=1M "$place/" | tail -n 1)
  ((free >= $2)) || fail "$1 has $((free)) MiB free, and this step needs $2"
}
# retry TIMES COMMAND...: try again after pauses, each twice as long as the one before
retry() {
  local left=$1 pause=2
  shift
  until "$@"; do
    left=$((left - 1))
    ((left > 0)) || return 1
    say "failed, $left more tries, the next in $pause s: $*"
    sleep "$pause"
    pause=$((pause * 2))
  done
}
