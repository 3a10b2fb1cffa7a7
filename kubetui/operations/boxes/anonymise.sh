# shellcheck shell=bash # values: HOST_KEYS, KEYS, REPOSITORIES, USER_NAME
# shellcheck disable=SC2154 # the package family sets package_files, the container runtime runtime_files and runtime_units

systemctl stop kubelet "${runtime_units[@]}" 2>/dev/null || true
# the cluster: a prepared machine has joined none, and must hold nothing of one
find /etc/kubernetes -type f -delete 2>/dev/null || true
rm -rf /var/lib/kubelet/* /var/lib/etcd /var/lib/kubetui /var/lib/cni /etc/cni/net.d/* /root/.kube /home/*/.kube
rm -rf /var/lib/containerd/io.containerd.grpc.v1.cri/{containers,sandboxes}/* /var/lib/docker/engine-id
# identity: every machine generates its own at first boot
rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id /var/lib/systemd/random-seed /var/lib/systemd/credential.secret
: >/etc/machine-id
put /etc/systemd/system/kubetui-host-keys.service "$HOST_KEYS"
systemctl enable kubetui-host-keys.service
# host name and addresses
rm -f /etc/hostname /etc/netplan/50-vagrant.yaml /etc/udev/rules.d/70-persistent-net.rules
rm -rf /var/lib/dhcp/* /var/lib/systemd/network/* /var/lib/cloud/instance /var/lib/cloud/instances
sed -i '/^# kubetui: the nodes of this cluster$/,/^# kubetui: end$/d' /etc/hosts
[[ ! -e /etc/network/interfaces ]] || sed -i '/^#VAGRANT-BEGIN/,/^#VAGRANT-END/d' /etc/network/interfaces
# put Vagrant's well-known public key back: Vagrant replaces it at the first start
home=$(getent passwd "$USER_NAME" | cut -d: -f6)
if [[ -n $KEYS && -s $home/.ssh/authorized_keys ]]; then printf '%s\n' "$KEYS" >"$home/.ssh/authorized_keys"; fi
# files that hold a password have mode 600; the steps write them again
secret=("${package_files[@]}" "${runtime_files[@]}" /etc/systemd/system/kubelet.service.d)
for name in $REPOSITORIES; do mapfile -t -O "${#secret[@]}" secret < <(repository_files "$name"); done
find "${secret[@]}" -type f -perm 600 -exec shred --remove {} + 2>/dev/null || true
rm -f /root/.bash_history /home/*/.bash_history
# histories, caches and logs
if command -v apt-get >/dev/null; then apt-get clean; else dnf clean all; fi
find /tmp /var/tmp -mindepth 1 -delete 2>/dev/null || true
rm -rf /var/log/journal/* /var/log/pods /var/log/containers
find /var/log -type f -exec truncate --size=0 {} +
sync
