"""The shell that carries commands inside a machine: constants only, no data becomes part of them.

A step runs as a transient systemd unit with its output in a file and its exit code written last, so a
lost connection does not end it and the next connection reads on from the last byte. The script, which
may hold secrets, arrives on standard input, lies in /run with mode 0600 and is removed when it ends.
"""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = 254
"""The launcher's exit status when nobody can tell how the step ended."""

RUN: Final = 'script=$(cat; printf x); script=${script%x}; eval "$script" </dev/null 2>&1'
"""Runs the script on standard input. It is read whole first, or the script's first command that reads
standard input would eat the rest of it."""

LAUNCH: Final = r"""
umask 077
id=$1 offset=$2 mode=$3
dir=/run/kubetui/$id unit=kubetui-$id
active() { systemctl is-active --quiet "$unit"; }
if [ "$mode" = start ] && ! active; then
  rm -rf "$dir"
  mkdir -p "$dir"
  cat >"$dir/script"
  : >"$dir/log"
  systemd-run --quiet --collect --unit="$unit" --setenv=HOME=/root bash -c '
    bash "$1/script" </dev/null >"$1/log" 2>&1
    code=$?
    rm -f "$1/script"
    echo "$code" >"$1/exit.new"
    mv "$1/exit.new" "$1/exit"' kubetui "$dir" || exit 253
fi
[ -e "$dir/log" ] || exit 254
pid=$(systemctl show --property=MainPID --value "$unit")
if [ "${pid:-0}" != 0 ]; then
  tail --follow=descriptor --sleep-interval=0.1 --pid="$pid" --bytes="+$((offset + 1))" "$dir/log"
else
  tail --bytes="+$((offset + 1))" "$dir/log"
fi
exec 2>/dev/null
read -r code <"$dir/exit" || exit 254
exit "$code"
"""
"""Arguments: the step's id, how many bytes of its output were read before, and `start` or `again`."""

STOP: Final = 'systemctl stop "kubetui-$1" 2>/dev/null; rm -rf "/run/kubetui/$1"'
