# facts: probe, 300 s
SYSTEMS='rhel fedora'
FAMILY='dnf'
USED_BY='Rocky Linux, AlmaLinux, CentOS Stream and Fedora'
ADDRESS='192.168.56.101'
CGROUPS='2'
MEMORY='2048'

# facts: probe, 300 s (on kubnode1)
SYSTEMS='rhel fedora'
FAMILY='dnf'
USED_BY='Rocky Linux, AlmaLinux, CentOS Stream and Fedora'
ADDRESS='192.168.56.102'
CGROUPS='2'
MEMORY='2048'

# selinux: probe, 300 s
MODE='enforcing'

# selinux: apply, 300 s
# the same

# firewall: probe, 300 s
FIREWALL='open'
LINKS='interface-name:cni0;interface-name:flannel*;interface-name:veth*'
PORTS='6443/tcp 2379-2380/tcp 10257/tcp 10259/tcp 10250/tcp 10256/tcp 30000-32767/tcp 30000-32767/udp 8472/udp'
SOURCES='10.244.0.0/16 10.96.0.0/12'

# firewall: apply, 300 s
# the same

# firewall: probe, 300 s (on kubnode1)
FIREWALL='open'
LINKS='interface-name:cni0;interface-name:flannel*;interface-name:veth*'
PORTS='10250/tcp 10256/tcp 30000-32767/tcp 30000-32767/udp 8472/udp'
SOURCES='10.244.0.0/16 10.96.0.0/12'

# firewall: apply, 300 s (on kubnode1)
# the same

# hosts: probe, 300 s
NAME='kubmaster'
NODES='192.168.56.101 kubmaster
192.168.56.102 kubnode1'

# hosts: apply, 300 s
# the same

# hosts: probe, 300 s (on kubnode1)
NAME='kubnode1'
NODES='192.168.56.101 kubmaster
192.168.56.102 kubnode1'

# hosts: apply, 300 s (on kubnode1)
# the same

# swap: probe, 300 s

# swap: apply, 300 s

# kernel: probe, 300 s

# kernel: apply, 900 s
PACKAGES_PROXY=''

# base: probe, 300 s
NAMES='bash-completion conntrack-tools container-selinux ethtool iproute-tc iptables-nft socat'
PACKAGES_PROXY=''

# base: apply, 1800 s
# the same

# runtime: probe, 300 s
KUBERNETES='1.36'
NAMES='containerd'
OLDEST=''
SERVICE='containerd'
SOURCE='auto'
UPSTREAM='containerd.io'
EXCHANGE='yes'
REPOSITORY='containerd'
URL='https://download.docker.com/linux/{id}'
KEY_URL='https://download.docker.com/linux/{id}/gpg'
PROXY=''
FINGERPRINT='060A61C51B558A7F742B77AAC52FEB6B621E9F35'
COMPONENT='stable'

# runtime: apply, 1800 s
# the same

# repository: probe, 300 s
REPOSITORY='kubernetes'
URL='https://pkgs.k8s.io/core:/stable:/v1.36/rpm/'
KEY_URL='https://pkgs.k8s.io/core:/stable:/v1.36/rpm/repodata/repomd.xml.key'
PROXY=''
FINGERPRINT=''
COMPONENT=''

# repository: apply, 600 s
# the same

# kubernetes: probe, 300 s
SERVICE='kubelet'
VERSION='1.36'
PATTERN='1.36.*'
PROXY=''

# kubernetes: apply, 1800 s
# the same

# runtime-config: probe, 300 s
CLUSTER='apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: lab
kubernetesVersion: '\''@KUBERNETES_VERSION@'\''
networking:
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12'
CONFIG_1='in golden/containerd-1.7.toml'
CONFIG_2_0='in golden/containerd-2.0.toml'
CONFIG_2='in golden/containerd-2.1.toml'
CRICTL='runtime-endpoint: unix:///run/containerd/containerd.sock
image-endpoint: unix:///run/containerd/containerd.sock
timeout: 30'
SERVICE='containerd'
PROXY=''
REGISTRIES=''

# runtime-config: apply, 300 s
# the same

# images: probe, 300 s
CLUSTER='apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: lab
kubernetesVersion: '\''@KUBERNETES_VERSION@'\''
networking:
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12'
EXTRA='ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3
ghcr.io/flannel-io/flannel:v0.28.9'
ROLE='control-plane'

# images: apply, 3600 s
CLUSTER='apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: lab
kubernetesVersion: '\''@KUBERNETES_VERSION@'\''
networking:
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12'
EXTRA='ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3
ghcr.io/flannel-io/flannel:v0.28.9'
ROLE='control-plane'
IMAGES='/var/lib/containerd'
ROOM='900'
MIRRORS=''

# images: probe, 300 s (on kubnode1)
CLUSTER='apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: lab
kubernetesVersion: '\''@KUBERNETES_VERSION@'\''
networking:
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12'
EXTRA='ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3
ghcr.io/flannel-io/flannel:v0.28.9'
ROLE='worker'

# images: apply, 3600 s (on kubnode1)
CLUSTER='apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: lab
kubernetesVersion: '\''@KUBERNETES_VERSION@'\''
networking:
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12'
EXTRA='ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3
ghcr.io/flannel-io/flannel:v0.28.9'
ROLE='worker'
IMAGES='/var/lib/containerd'
ROOM='350'
MIRRORS=''

# init: probe, 300 s
CLUSTER_ID=''
CLUSTER_NAME='lab'
POD_CIDR='10.244.0.0/16'
CRI_SOCKET='unix:///run/containerd/containerd.sock'
CGROUP_V1_SKIPS=''

# init: apply, 1500 s
CLUSTER_ID=''
CLUSTER_NAME='lab'
POD_CIDR='10.244.0.0/16'
CRI_SOCKET='unix:///run/containerd/containerd.sock'
CGROUP_V1_SKIPS=''
CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 192.168.56.101
  bindPort: 6443
nodeRegistration:
  name: kubmaster
  criSocket: unix:///run/containerd/containerd.sock
  kubeletExtraArgs:
  - name: node-ip
    value: 192.168.56.101
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: lab
kubernetesVersion: '\''@KUBERNETES_VERSION@'\''
networking:
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: systemd'

# kubeconfig: probe, 300 s
USER_NAME='vagrant'

# kubeconfig: apply, 300 s
# the same

# network: probe, 300 s
MANIFEST='in golden/flannel.yaml'

# network: apply, 300 s
# the same

# join: probe, 300 s
CLUSTER_ID=''
NAME='kubnode1'
ADDRESS='192.168.56.102'
ENDPOINT='192.168.56.101:6443'
CRI_SOCKET='unix:///run/containerd/containerd.sock'
CGROUP_V1_SKIPS=''

# join: apply, 900 s
CLUSTER_ID=''
NAME='kubnode1'
ADDRESS='192.168.56.102'
ENDPOINT='192.168.56.101:6443'
CRI_SOCKET='unix:///run/containerd/containerd.sock'
CGROUP_V1_SKIPS=''
: "${JOIN_TOKEN:?run: kubeadm token create --print-join-command (on kubmaster)}"
: "${CA_HASH:?run: kubeadm token create --print-join-command (on kubmaster)}"
: "${AUTHORITY:?run: kubeadm token create --print-join-command (on kubmaster); then: ca (there)}"
CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery:
  bootstrapToken:
    apiServerEndpoint: 192.168.56.101:6443
    token: '\''@JOIN_TOKEN@'\''
    caCertHashes:
    - '\''@CA_HASH@'\''
nodeRegistration:
  name: kubnode1
  criSocket: unix:///run/containerd/containerd.sock
  kubeletExtraArgs:
  - name: node-ip
    value: 192.168.56.102'

# completion: probe, 300 s

# completion: apply, 300 s

# check: apply, 700 s
NODES='kubmaster 192.168.56.101
kubnode1 192.168.56.102'
LIMIT='600'
BOOTED=''
