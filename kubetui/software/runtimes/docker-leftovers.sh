# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts of steps/machine that come after this read these variables
# shellcheck disable=SC2154 # footprint.sh sets before

runtime_files=(
  /etc/containerd /etc/docker /etc/systemd/system/docker.service.d /usr/local/bin/cri-dockerd
  /etc/systemd/system/cri-docker.{service,service.d,socket}
)
runtime_data=(
  /opt/containerd /run/containerd /run/cri-dockerd.sock /run/docker /run/docker.sock
  /var/lib/containerd /var/lib/cri-dockerd /var/lib/docker
)
runtime_state=/run/docker
runtime_units=(cri-docker cri-docker.socket docker docker.socket containerd)
# what Docker puts into the packet filter, and its bridge
runtime_rules='DOCKER|docker0'
runtime_links=(docker0)
forget_cluster() {
  # the adapter is the cluster's, and kubeadm reset has ended its containers
  systemctl kill --signal=KILL cri-docker 2>/dev/null || true
}
forget_runtime() { # its packages leave their group behind
  command -v dockerd >/dev/null || ! getent group docker >/dev/null || grep -qx docker "$before/groups" || groupdel docker
}
