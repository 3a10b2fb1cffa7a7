# shellcheck shell=bash # values: LIFE, LIMIT, NAME, NODE, PORT
# shellcheck disable=SC2016 # the inner bash has its own arguments

end=$((SECONDS + LIMIT))
unit=$NAME-server
for program in crictl nsenter socat; do command -v "$program" >/dev/null || fail "there is no $program"; done
until id=$(crictl ps --quiet --state running --name "^$NAME\$") && [[ -n $id ]]; do
  ((SECONDS < end)) || fail "no container of its pod runs after $LIMIT s"
  sleep 0.1
done
pid=$(crictl inspect --output go-template --template '{{.info.pid}}' "$id")
[[ $pid =~ ^[0-9]+$ ]] || fail "the container runtime does not tell the pod's process"
# the unit ends by itself, and its runtime directory with it
systemctl is-active --quiet "$unit" ||
  run systemd-run --quiet --collect --unit="$unit" --property=RuntimeMaxSec="$LIFE" --property=RuntimeDirectory="$unit" \
    bash -c '
      printf "%s\n" "$2" >"$1/name"
      exec nsenter --target "$3" --net socat -U "TCP4-LISTEN:$4,fork,reuseaddr" "OPEN:$1/name,rdonly"
    ' kubetui "/run/$unit" "$NODE" "$pid" "$PORT"
until [[ -n $(nsenter --target "$pid" --net ss --listening --tcp --numeric --no-header "sport = :$PORT") ]]; do
  ((SECONDS < end)) || fail "its server does not listen after $LIMIT s"
  sleep 0.05
done
printf 'pid %s\n' "$pid"
grep --only-matching --extended-regexp '^nameserver \S+|\bsvc\.\S+' "/proc/$pid/root/etc/resolv.conf" || true
