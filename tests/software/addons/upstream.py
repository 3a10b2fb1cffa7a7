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
