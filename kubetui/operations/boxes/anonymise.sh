# shellcheck shell=bash # values: HOST_KEYS, KEYS, USER_NAME

systemctl stop kubelet containerd
# the cluster's: there is none yet, and there must be none
find /etc/kubernetes -type f -delete 2>/dev/null || true
rm -rf /var/lib/kubelet/* /var/lib/etcd /var/lib/kubetui /var/lib/cni /etc/cni/net.d/* /root/.kube /home/*/.kube
rm -rf /var/lib/containerd/io.containerd.grpc.v1.cri/{containers,sandboxes}/*
# the machine's: every machine makes its own at its first start
rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id /var/lib/systemd/random-seed /var/lib/systemd/credential.secret
: >/etc/machine-id
put /etc/systemd/system/kubetui-host-keys.service "$HOST_KEYS"
systemctl enable kubetui-host-keys.service
# its name and addresses
rm -f /etc/hostname /etc/netplan/50-vagrant.yaml /etc/udev/rules.d/70-persistent-net.rules
rm -rf /var/lib/dhcp/* /var/lib/systemd/network/* /var/lib/cloud/instance /var/lib/cloud/instances
sed -i '/^# kubetui: the nodes of this cluster$/,/^# kubetui: end$/d' /etc/hosts
[[ ! -e /etc/network/interfaces ]] || sed -i '/^#VAGRANT-BEGIN/,/^#VAGRANT-END/d' /etc/network/interfaces
# the key that Vagrant made for it gives way to the well-known one, which Vagrant replaces at the first start
home=$(getent passwd "$USER_NAME" | cut -d: -f6)
if [[ -n $KEYS && -s $home/.ssh/authorized_keys ]]; then printf '%s\n' "$KEYS" >"$home/.ssh/authorized_keys"; fi
# what holds a password is root's alone: the steps write it anew
find /etc/apt/apt.conf.d/95kubetui /etc/apt/sources.list.d/kubernetes.list /etc/containerd/certs.d \
  /etc/systemd/system/{containerd,kubelet}.service.d -type f -perm 600 -exec shred --remove {} + 2>/dev/null || true
rm -f /root/.bash_history /home/*/.bash_history
# what it did, and what it needs no more
apt-get clean
find /tmp /var/tmp -mindepth 1 -delete 2>/dev/null || true
rm -rf /var/log/journal/* /var/log/pods /var/log/containers
find /var/log -type f -exec truncate --size=0 {} +
sync
