# runtime: probe, 300 s
KUBERNETES='1.37'
NAMES='cri-o'
OLDEST='1.37'
SERVICE='crio'
SOURCE='repository'
UPSTREAM=''
EXCHANGE='yes'
REPOSITORY='cri-o'
URL='https://download.opensuse.org/repositories/isv:/cri-o:/stable:/v1.37/deb/'
KEY_URL='https://download.opensuse.org/repositories/isv:/cri-o:/stable:/v1.37/deb/Release.key'
PROXY=''
FINGERPRINT=''
COMPONENT=''

# runtime: apply, 1800 s
# the same

# runtime-config: probe, 300 s
CLUSTER='apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: lab
kubernetesVersion: '\''@KUBERNETES_VERSION@'\''
networking:
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12'
CRIO='# Written by kubetui. Of several files here, the last one by name wins.
[crio.network]
# where the package kubernetes-cni and the pod network put their plugins
plugin_dirs = ["/opt/cni/bin"]

[crio.runtime]
# as the kubelet has it
cgroup_manager = "systemd"

[crio.image]
# the one that kubeadm names
pause_image = "@SANDBOX_IMAGE@"'
CRICTL='runtime-endpoint: unix:///run/crio/crio.sock
image-endpoint: unix:///run/crio/crio.sock
timeout: 30'
SERVICE='crio'
PROXY=''
REGISTRIES='registry.k8s.io http://10.0.3.1:5000
docker.io https://mirror.example.org'

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
IMAGES='/var/lib/containers'
ROOM='900'
MIRRORS='registry.k8s.io http://10.0.3.1:5000
docker.io https://mirror.example.org'

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
IMAGES='/var/lib/containers'
ROOM='350'
MIRRORS='registry.k8s.io http://10.0.3.1:5000
docker.io https://mirror.example.org'

# init: probe, 300 s
CLUSTER_ID=''
CLUSTER_NAME='lab'
POD_CIDR='10.244.0.0/16'
CRI_SOCKET='unix:///run/crio/crio.sock'
CGROUP_V1_SKIPS=''

# init: apply, 1500 s
CLUSTER_ID=''
CLUSTER_NAME='lab'
POD_CIDR='10.244.0.0/16'
CRI_SOCKET='unix:///run/crio/crio.sock'
CGROUP_V1_SKIPS=''
CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 192.168.56.101
  bindPort: 6443
nodeRegistration:
  name: kubmaster
  criSocket: unix:///run/crio/crio.sock
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

# network: probe, 300 s
MANIFEST='in golden/flannel.yaml'

# network: apply, 300 s
# the same

# join: probe, 300 s
CLUSTER_ID=''
NAME='kubnode1'
ADDRESS='192.168.56.102'
ENDPOINT='192.168.56.101:6443'
CRI_SOCKET='unix:///run/crio/crio.sock'
CGROUP_V1_SKIPS=''

# join: apply, 900 s
CLUSTER_ID=''
NAME='kubnode1'
ADDRESS='192.168.56.102'
ENDPOINT='192.168.56.101:6443'
CRI_SOCKET='unix:///run/crio/crio.sock'
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
  criSocket: unix:///run/crio/crio.sock
  kubeletExtraArgs:
  - name: node-ip
    value: 192.168.56.102'
