# shellcheck shell=bash # values: ADAPTER, DAEMON, NEEDED
# shellcheck disable=SC2034 # scripts that come after this read config_file

config_file=/etc/systemd/system/cri-docker.service.d/90-kubetui.conf
daemon_file=/etc/docker/daemon.json
# what kubetui wrote there: where it has written nothing, a file is somebody's own
daemon_written=/var/lib/kubetui/daemon.json
runtime_there() { command -v dockerd >/dev/null && [[ -x /usr/local/bin/cri-dockerd ]]; }
config() { printf '%s' "${ADAPTER//@SANDBOX_IMAGE@/$1}"; } # PAUSE
overruled() { # of several drop-ins, the last one by name says how the service starts
  local file
  for file in "${config_file%/*}"/*.conf; do
    if [[ ${file##*/} > ${config_file##*/} ]] && grep -q '^ExecStart=.' "$file" 2>/dev/null; then
      printf '%s starts cri-dockerd in another way: move it away' "$file"
      return
    fi
  done
}
# somebody's own settings of Docker stay, and have to do
theirs() { [[ -s $daemon_file && ! -e $daemon_written ]] && ! same "$daemon_file" "$DAEMON"; }
lacking() { # prints what they lack, or nothing
  local text word
  text=$(tr -d '[:space:]' <"$daemon_file")
  while read -r word; do
    [[ $text == *"\"$word"[\"/]* ]] || printf '%s\n' "$word"
  done <<<"$NEEDED"
}
# the daemon itself reaches registries: it gets the proxy as cri-dockerd does
for_docker() { # proxied or proxy
  local unit=/etc/systemd/system/docker.service.d/20-kubetui-proxy
  local drop_in="[Service]
EnvironmentFile=-$unit.env"
  "$@"
}
docker_reads() { # it runs, and has read its settings
  local started
  systemctl is-active --quiet docker || return
  started=$(date --date="$(systemctl show --property=ActiveEnterTimestamp --value docker)" +%s)
  (($(stat --format=%Y "$daemon_file") <= started))
}
