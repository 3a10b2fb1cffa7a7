"""Reduced manifests with the shape of those that local-path and MetalLB publish."""

LOCAL_PATH = """\
apiVersion: v1
kind: Namespace
metadata:
  name: local-path-storage

---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: local-path-provisioner
  namespace: local-path-storage
spec:
  template:
    spec:
      containers:
        - name: local-path-provisioner
          image: rancher/local-path-provisioner:v0.0.30
          imagePullPolicy: IfNotPresent

---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: local-path
provisioner: rancher.io/local-path
volumeBindingMode: WaitForFirstConsumer

---
kind: ConfigMap
apiVersion: v1
metadata:
  name: local-path-config
  namespace: local-path-storage
data:
  setup: |-
    #!/bin/sh
    mkdir -m 0777 -p "$VOL_DIR"
  helperPod.yaml: |-
    kind: Pod
    spec:
      containers:
      # a comment that stays
      - name: helper-pod
        image: busybox
        imagePullPolicy: IfNotPresent
"""
METALLB = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition   # reduced
metadata:
  name: ipaddresspools.metallb.io
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: controller
  namespace: metallb-system
spec:
  template:
    spec:
      containers:
      - args:
        - --port=9120
        image: quay.io/metallb/controller:v0.16.1
        name: controller
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: speaker
  namespace: metallb-system
spec:
  template:
    spec:
      containers:
      - args:
        - --port=9120
        image: quay.io/metallb/speaker:v0.16.1
        name: speaker
"""
METRICS = """\
apiVersion: v1
kind: Service
metadata:
  name: metrics-server   # a comment that stays
  namespace: kube-system
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: metrics-server
  namespace: kube-system
spec:
  template:
    spec:
      containers:
      - args:
        - --cert-dir=/tmp
        - --secure-port=10250
        - --kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname
        - --kubelet-insecure-tls
        image: registry.k8s.io/metrics-server/metrics-server:v0.9.0
        name: metrics-server
        volumeMounts:
        - mountPath: /tmp
          name: tmp-dir
      volumes:
      - emptyDir: {}
        name: tmp-dir
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1beta1.metrics.k8s.io
spec:
  group: metrics.k8s.io
  insecureSkipTLSVerify: true
  service:
    name: metrics-server
    namespace: kube-system
  version: v1beta1
"""
EVERY = {"storage": LOCAL_PATH, "loadbalancer": METALLB, "metrics": METRICS}
