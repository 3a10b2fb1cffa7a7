# shellcheck shell=bash # values: DNS, PID, PORT, QUERY, SERVICE, TARGETS
# shellcheck disable=SC2016 # the inner bash has its own arguments

end=$((SECONDS + 6))
told() { printf '%s %s %s %s\n' "$1" "$2" "$3" "$(tr '\n' ' ' <<<"$4")"; }
inside() { nsenter --target "$PID" --net timeout 3 bash -c "$@" 2>&1; }
call() { # ADDRESS PORT: the line that a server says
  inside 'exec 3<>"/dev/tcp/$1/$2" && IFS= read -r line <&3 && printf "%s\n" "$line"' call "$1" "$2"
}
reach() { # NODE ADDRESS
  local said status
  until said=$(call "$2" "$PORT") && status=0 || { status=$?; false; }; do
    ((SECONDS < end)) || break
    sleep 0.2
  done
  told pod "$1" "$status" "$said"
  told route "$1" 0 "$(ip -4 route get "$2" 2>&1 | head -n 1)"
}
once() { local said; if said=$(call "${SERVICE%:*}" "${SERVICE#*:}"); then printf '%s\n' "$said"; fi; }
service() { # several at once: each goes to a pod of the service's choice
  local said=
  until [[ -n $said ]]; do
    said=$(for _ in 1 2 3 4 5 6; do once & done; wait)
    ((SECONDS < end)) || break
    [[ -n $said ]] || sleep 0.3
  done
  if [[ -n $said ]]; then
    told service - 0 "$(sort -u <<<"$said")"
  elif said=$(call "${SERVICE%:*}" "${SERVICE#*:}"); then
    told service - 0 "$said"
  else
    told service - "$?" "$said"
  fi
}
dns() {
  local said status
  until said=$(inside 'set -o pipefail
    exec 3<>"/dev/udp/$1/53" && base64 --decode <<<"$2" >&3 && dd bs=4096 count=1 status=none <&3 | base64 --wrap=0' \
    dns "$DNS" "$QUERY") && status=0 || { status=$?; false; }; do
    ((SECONDS < end)) || break
    sleep 0.2
  done
  told dns "$DNS" "$status" "$said"
}
while read -r node address; do
  [[ -z $node ]] || reach "$node" "$address" &
done <<<"$TARGETS"
service &
[[ -z $DNS ]] || dns &
told kernel net.ipv4.ip_forward 0 "$(cat /proc/sys/net/ipv4/ip_forward)"
wait
