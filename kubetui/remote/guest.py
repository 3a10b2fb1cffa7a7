"""The shell that carries commands inside a machine: constants only, no data becomes part of them.

A step runs as a transient systemd unit with its output in a file and its exit code written last, so a
lost connection does not end it and the next connection reads on from the last byte. The script, which
may hold secrets, arrives on standard input, lies in /run with mode 0600 and removes itself as it starts.
"""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = 254
"""The launcher's exit status when nobody can tell how the step ended."""
NOT_BEGUN: Final = 253
"""The same, when systemd did not take the step; one that is about to stop the machine does not."""
LOST: Final = (UNKNOWN, NOT_BEGUN)

READ: Final = r"""
size=$1
script=$(cat; printf x)
script=${script%x}
# half a script, as a connection that breaks leaves it, is never run
[ "$(printf %s "$script" | wc -c)" = "$size" ] || exit 254
eval "$script" </dev/null
"""
"""Runs the script on standard input; its size in bytes is the argument. It is read whole first, or the
script's first command that reads standard input would eat the rest of it."""

RUN: Final = "exec 2>&1\n" + READ
"""The same, with errors among the output, in their order."""

FORGET: Final = 'rm -f -- "$0"\n'
"""How a script for `LAUNCH` begins: bash has it open, nobody else needs to find it."""

FAILED_AT: Final = "kubetui-failed-at "
"""What the line begins with that says where a script failed: the lines of its file, the innermost call first."""

WATCH: Final = rf"""
set -E
# what fails in a subshell may well be meant to: yes | head
failed_at() {{ [[ $BASHPID != "$$" ]] || printf '{FAILED_AT}%s\n' "$*" >&2; }}
exit() {{ local code=${{1:-$?}}; [[ $code = 0 ]] || failed_at "${{BASH_LINENO[@]}}"; builtin exit "$code"; }}
trap 'failed_at "$LINENO" "${{BASH_LINENO[@]}}"' ERR
"""
"""What lets a script say where it failed. It says lines alone: what is on them kubetui knows, and no value is shown.
The ERR trap does not see a script that gives up by itself, and a step's own EXIT trap would replace one here."""

BASE: Final = "base=${KUBETUI_RUN:-/run/kubetui}\n"

LAUNCH: Final = (
    BASE
    + r"""
umask 077
id=$1 offset=$2 mode=$3 attempt=$4 size=$5
dir=$base/$id unit=kubetui-$id
# unlike its exit status, what is-active prints tells "no" from "systemd does not answer"
running() {
  case $(systemctl is-active "$unit" 2>/dev/null) in active | activating | reloading | deactivating) ;; *) false ;; esac
}
ours() { [ "$(cat "$dir/attempt" 2>/dev/null)" = "$attempt" ]; }
if [ "$mode" = start ]; then
  if ! running; then
    [ -n "$(systemctl is-active "$unit")" ] || exit 253
    rm -rf "$dir"
    mkdir -p "$dir" && cat >"$dir/script" && : >"$dir/log" || exit 253
    # half a script, as a connection that breaks leaves it, is never run
    [ "$(wc -c <"$dir/script")" = "$size" ] || exit 254
    printf %s "$attempt" >"$dir/attempt"
    systemd-run --quiet --collect --unit="$unit" --property=TimeoutStopSec=20 --setenv=HOME=/root bash -c '
      bash "$1/script" </dev/null >"$1/log" 2>&1
      code=$?
      echo "$code" >"$1/exit.new"
      mv "$1/exit.new" "$1/exit"' kubetui "$dir" || { rm -f "$dir/script"; exit 253; }
  else
    # an earlier run of kubetui left it behind: it is this one's now
    printf %s "$attempt" >"$dir/attempt"
  fi
fi
exec 2>/dev/null
# /run is memory: what has been read is given back, with the offsets as they are. A channel holds no more than
# a few MiB that the other side has not got. A reader that lost its connection and has not noticed gives nothing
# back any more: the next one may have begun again, from the first byte
turn="$attempt $$"
give_back() {
  while sleep 1 && [ "/proc/$1/fd/3" -ef "$dir/log" ]; do
    read -r _ at <"/proc/$1/fdinfo/3"
    [ "$at" -le 33554432 ] || (
      flock 9
      [ "$(cat "$dir/turn")" != "$turn" ] ||
        fallocate --punch-hole --offset 0 --length "$((at - 16777216))" "$dir/log"
    ) 9<"$dir"
  done
}
ours && [ -e "$dir/log" ] || exit 254
(flock 9 && printf %s "$turn" >"$dir/turn") 9<"$dir"
pid=0
until [ -e "$dir/exit" ]; do
  pid=$(systemctl show --property=MainPID --value "$unit")
  [ "${pid:-0}" = 0 ] && running || break
  sleep 0.1
done
if [ "${pid:-0}" != 0 ]; then
  tail --follow=descriptor --sleep-interval=0.1 --pid="$pid" --bytes="+$((offset + 1))" "$dir/log" &
  reader=$!
  give_back "$reader" </dev/null >/dev/null &
  giver=$!
  wait "$reader"
  kill "$giver"
else
  tail --bytes="+$((offset + 1))" "$dir/log"
fi
read -r code <"$dir/exit" || exit 254
exit "$code"
"""
)
"""Arguments: the step's id, how many bytes of its output were read before, `start` or `again`, a name of
this attempt, so that an earlier one's end is never taken for its own, and the script's size in bytes."""

STOP: Final = BASE + 'systemctl stop "kubetui-$1" 2>/dev/null\nrm -rf "${base:?}/$1"\n'
"""Ends the step whose id is the argument; succeeds where it had ended before."""

TIDY: Final = BASE + 'for id; do rm -rf "${base:?}/$id"; done\n'
"""Removes what the steps whose ids are the arguments left behind."""
