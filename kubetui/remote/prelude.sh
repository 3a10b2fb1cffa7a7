# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# quoted WORD...: the words as one line that a person can paste
quoted() {
  local word line=
  for word; do
    [[ $word =~ ^[A-Za-z0-9_@%+=:,./-]+$ ]] || word=${word@Q}
    line+=" $word"
  done
  printf '%s\n' "${line# }"
}
# called TEXT: tell the command that is about to run; kubetui knows it by its mark, and a person sees a dollar sign
called() { printf '%s%s\n' "${kubetui_calls-\$ }" "$1" >&"${told:-2}"; }
# run PROGRAM...: start a program that changes something, and tell first how it is called. What only kubetui itself
# reads, in /run and /var/lib/kubetui, is written without a word.
run() {
  local text code=0
  text=$(quoted "$@")
  called "$text"
  command "$@" || code=$?
  [[ $code == 0 || -z ${kubetui_broke-} ]] || printf '%s%s\n' "$kubetui_broke" "$text" >&"${told:-2}"
  return "$code"
}

# the answers of a probe: exit codes that kubetui knows
absent() { printf '%s\n' "$*"; exit 10; }
partial() { printf '%s\n' "$*"; exit 11; }
foreign() { printf '%s\n' "$*"; exit 12; }

# same PATH CONTENT: whether the file holds CONTENT and a final newline
same() { [[ -f $1 && $(<"$1") == "$2" ]]; }
# written PATH CONTENT [MODE [SOURCE]]: how a person would write the file, perhaps from SOURCE; what only root may read is
# left out, and so is long text
written() {
  local from
  from="<<<$(quoted "$2")"
  [[ ${3:-644} != 600 && ${#2} -le 200 ]] || from="# the content is left out"
  [[ -z ${4-} ]] || from="< $4"
  called "tee $(quoted "$1") $from"
}
# put PATH CONTENT [MODE [SOURCE]]: write the file completely or not at all, even if the power fails
put() {
  same "$1" "$2" && return
  [[ $1 == /var/lib/kubetui/* ]] || written "$@"
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
    say "failed, $left more tries, the next in $pause s"
    sleep "$pause"
    pause=$((pause * 2))
  done
}
