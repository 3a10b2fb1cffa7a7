"""A reduced manifest with the shape of the one that local-path publishes."""

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
