# shellcheck shell=bash # values: ADDRESS, LIMIT, PID, PORT, WANTED
# shellcheck disable=SC2016 # the inner bash has its own arguments

end=$((SECONDS + LIMIT))
call() {
  nsenter --target "$PID" --net timeout 2 bash -c \
    'exec 3<>"/dev/tcp/$1/$2" && IFS= read -r line <&3 && printf "%s\n" "$line"' call "$ADDRESS" "$PORT" 2>/dev/null
}
# twice: one packet may be lost by chance
state() { if call >/dev/null || call >/dev/null; then echo answered; else echo blocked; fi; }
until found=$(state) && [[ $found == "$WANTED" ]]; do
  ((SECONDS < end)) || break
  sleep 0.3
done
echo "$found"
