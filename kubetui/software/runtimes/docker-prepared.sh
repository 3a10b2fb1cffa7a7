# shellcheck shell=bash # values: ADAPTER_SERVICE, ADAPTER_SOCKET, DAEMON
# shellcheck disable=SC2154 # docker.sh sets daemon_file

same "$daemon_file" "$DAEMON" || { theirs && [[ -z $(lacking) ]]; } || absent "${daemon_file##*/} is not kubetui's"
same /etc/systemd/system/cri-docker.socket "$ADAPTER_SOCKET" || absent "cri-docker.socket is not kubetui's"
same /etc/systemd/system/cri-docker.service "$ADAPTER_SERVICE" || absent "cri-docker.service is not kubetui's"
for_docker proxied || absent "Docker does not know the proxy"
for name in docker cri-docker.socket; do systemctl is-enabled --quiet "$name" || partial "$name is not started at boot"; done
docker_reads || partial "Docker does not run with its settings"
