# shellcheck shell=bash
# shellcheck disable=SC2154 # guest.py sets base
# shellcheck disable=SC2016 # the inner bash has its own arguments
# shellcheck disable=SC2015 # the script exits whichever of the two fails

umask 077
id=$1 offset=$2 mode=$3 attempt=$4 size=$5
dir=$base/$id unit=kubetui-$id
# the output of is-active, unlike its exit status, tells "no" from "systemd does not answer"
running() {
  case $(systemctl is-active "$unit" 2>/dev/null) in active | activating | reloading | deactivating) ;; *) false ;; esac
}
ours() { [ "$(cat "$dir/attempt" 2>/dev/null)" = "$attempt" ]; }
if [ "$mode" = start ]; then
  if ! running; then
    [ -n "$(systemctl is-active "$unit")" ] || exit 253
    rm -rf "$dir"
    mkdir -p "$dir" && cat >"$dir/script" && : >"$dir/log" || exit 253
    # a broken connection may deliver half a script: never run that
    [ "$(wc -c <"$dir/script")" = "$size" ] || exit 254
    printf %s "$attempt" >"$dir/attempt"
    systemd-run --quiet --collect --unit="$unit" --property=TimeoutStopSec=20 --setenv=HOME=/root bash -c '
      bash "$1/script" </dev/null >"$1/log" 2>&1
      code=$?
      echo "$code" >"$1/exit.new"
      mv "$1/exit.new" "$1/exit"' kubetui "$dir" || { rm -f "$dir/script"; exit 253; }
  else
    # an earlier kubetui started it: adopt it
    printf %s "$attempt" >"$dir/attempt"
  fi
fi
exec 2>/dev/null
# /run is memory, so punch holes where the log has been read; offsets stay the same. An SSH channel buffers no more
# than a few MiB that the other side has not received. A reader that lost its connection without noticing must stop
# punching: the next reader may have started over from the first byte
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
