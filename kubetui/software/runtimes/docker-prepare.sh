# shellcheck shell=bash # values: ADAPTER_SERVICE, ADAPTER_SOCKET, DAEMON
# shellcheck disable=SC2154 # docker.sh sets daemon_file and daemon_written

if theirs; then
  lack=$(lacking | xargs)
  [[ -z $lack ]] || fail "$daemon_file is not kubetui's, and lacks $lack: add that to its exec-opts, registry-mirrors or insecure-registries, or move the file away"
else
  put "$daemon_file" "$DAEMON"
  put "$daemon_written" "$DAEMON"
fi
put /etc/systemd/system/cri-docker.socket "$ADAPTER_SOCKET"
put /etc/systemd/system/cri-docker.service "$ADAPTER_SERVICE"
for_docker proxy
run systemctl daemon-reload
# Debian masks the unit of a package that goes
if [[ $(systemctl is-enabled docker 2>/dev/null || true) == masked ]]; then run systemctl unmask docker; fi
run systemctl enable docker cri-docker.socket
# a restart would end the containers of a Docker that needs none
docker_reads || run systemctl restart docker || {
  journalctl --unit=docker --lines=10 --output=cat
  fail "docker does not start with $daemon_file: its last lines are above"
}
