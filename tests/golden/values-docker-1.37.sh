# runtime: probe, 300 s
KUBERNETES='1.37'
NAMES='docker.io'
OLDEST='23.0'
SERVICE='cri-docker'
SOURCE='auto'
UPSTREAM='docker-ce docker-ce-cli containerd.io'
EXCHANGE='yes'
ARCHIVE='cri-dockerd'
ARCHIVES='amd64 https://github.com/Mirantis/cri-dockerd/releases/download/v0.4.3/cri-dockerd-0.4.3.amd64.tgz c94c3d6de364a13375d8d7448e4c64f5cb12960fbb1cdd7ac708bece418e4dba
arm64 https://github.com/Mirantis/cri-dockerd/releases/download/v0.4.3/cri-dockerd-0.4.3.arm64.tgz f1b693ca030f2809b789eacd3fc26ab5f6d85ab68ab184fa3c003572fafe3109'
ARCHIVE_OLDEST='0.3.16'
PROXY=''
REPOSITORY='docker'
URL='https://download.docker.com/linux/{id}'
KEY_URL='https://download.docker.com/linux/{id}/gpg'
FINGERPRINT='9DC858229FC7DD38854AE2D88D81803C0EBFCD88'
COMPONENT='stable'

# runtime: apply, 1800 s
# the same

# runtime-config: probe, 300 s
CLUSTER='apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: lab
kubernetesVersion: '\''@KUBERNETES_VERSION@'\''
networking:
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12
imageRepository: 10.0.3.1:5000
dns:
  imageRepository: 10.0.3.1:5000/coredns'
ADAPTER='[Service]
ExecStart=
ExecStart=/usr/local/bin/cri-dockerd --container-runtime-endpoint fd:// --network-plugin=cni --cni-bin-dir=/opt/cni/bin --cni-conf-dir=/etc/cni/net.d --hairpin-mode=hairpin-veth --streaming-bind-addr=127.0.0.1:0 --pod-infra-container-image=@SANDBOX_IMAGE@'
ADAPTER_SOCKET='[Unit]
Description=Socket of the CRI for Docker
PartOf=cri-docker.service

[Socket]
ListenStream=%t/cri-dockerd.sock
SocketMode=0660
SocketUser=root
SocketGroup=docker

[Install]
WantedBy=sockets.target'
ADAPTER_SERVICE='[Unit]
Description=The CRI for Docker
Wants=network-online.target docker.service
After=network-online.target docker.service
Requires=cri-docker.socket
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart=/usr/local/bin/cri-dockerd --container-runtime-endpoint fd://
Restart=always
RestartSec=2
LimitNOFILE=infinity
LimitNPROC=infinity
TasksMax=infinity
Delegate=yes
KillMode=process

[Install]
WantedBy=multi-user.target'
DAEMON='{
  "exec-opts": [
    "native.cgroupdriver=systemd"
  ],
  "log-driver": "json-file",
  "log-opts": {
    "max-size": "10m",
    "max-file": "5"
  },
  "registry-mirrors": [
    "https://mirror.example.org"
  ],
  "insecure-registries": [
    "10.0.3.1:5000"
  ]
}'
NEEDED='native.cgroupdriver=systemd
https://mirror.example.org
10.0.3.1:5000'
CRICTL='runtime-endpoint: unix:///run/cri-dockerd.sock
image-endpoint: unix:///run/cri-dockerd.sock
timeout: 30'
SERVICE='cri-docker'
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
  serviceSubnet: 10.96.0.0/12
imageRepository: 10.0.3.1:5000
dns:
  imageRepository: 10.0.3.1:5000/coredns'
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
  serviceSubnet: 10.96.0.0/12
imageRepository: 10.0.3.1:5000
dns:
  imageRepository: 10.0.3.1:5000/coredns'
EXTRA='ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3
ghcr.io/flannel-io/flannel:v0.28.9'
ROLE='control-plane'
IMAGES='/var/lib/docker'
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
  serviceSubnet: 10.96.0.0/12
imageRepository: 10.0.3.1:5000
dns:
  imageRepository: 10.0.3.1:5000/coredns'
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
  serviceSubnet: 10.96.0.0/12
imageRepository: 10.0.3.1:5000
dns:
  imageRepository: 10.0.3.1:5000/coredns'
EXTRA='ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3
ghcr.io/flannel-io/flannel:v0.28.9'
ROLE='worker'
IMAGES='/var/lib/docker'
ROOM='350'
MIRRORS='registry.k8s.io http://10.0.3.1:5000
docker.io https://mirror.example.org'

# init: probe, 300 s
CLUSTER_ID=''
CLUSTER_NAME='lab'
POD_CIDR='10.244.0.0/16'
CRI_SOCKET='unix:///run/cri-dockerd.sock'
CGROUP_V1_SKIPS=''

# init: apply, 1500 s
CLUSTER_ID=''
CLUSTER_NAME='lab'
POD_CIDR='10.244.0.0/16'
CRI_SOCKET='unix:///run/cri-dockerd.sock'
CGROUP_V1_SKIPS=''
CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 192.168.56.101
  bindPort: 6443
nodeRegistration:
  name: kubmaster
  criSocket: unix:///run/cri-dockerd.sock
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
imageRepository: 10.0.3.1:5000
dns:
  imageRepository: 10.0.3.1:5000/coredns
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
CRI_SOCKET='unix:///run/cri-dockerd.sock'
CGROUP_V1_SKIPS=''

# join: apply, 900 s
CLUSTER_ID=''
NAME='kubnode1'
ADDRESS='192.168.56.102'
ENDPOINT='192.168.56.101:6443'
CRI_SOCKET='unix:///run/cri-dockerd.sock'
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
  criSocket: unix:///run/cri-dockerd.sock
  kubeletExtraArgs:
  - name: node-ip
    value: 192.168.56.102'
