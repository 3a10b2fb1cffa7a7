# shellcheck shell=bash

encrypts=$(argument /etc/kubernetes/manifests/kube-apiserver.yaml encryption-provider-config) || true
[[ -z $encrypts ]] || fail "the API server encrypts what it stores, with $encrypts: kubetui does not save that, and nothing could be read without it"
