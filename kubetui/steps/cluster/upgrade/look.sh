# shellcheck shell=bash # values: FORCED, MINOR

# a node that an earlier run has just changed may take a moment
end=$((SECONDS + 120))
until nodes=$(kubectl get nodes --request-timeout=10s -o 'jsonpath={range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}') &&
  bad=$(awk 'NF && $3 != "True" {print $1}' <<<"$nodes") && [[ -z $bad ]]; do
  ((SECONDS < end)) || fail "not every node is Ready: ${bad:-the API server does not answer}"
  sleep 1
done
while read -r name version _; do
  [[ -n $name ]] || continue
  age=${version#v1.} age=${age%%.*}
  ((age <= MINOR)) || fail "the kubelet of $name is $version, which is newer than Kubernetes 1.$MINOR"
  ((age >= MINOR - 3)) || fail "the kubelet of $name is $version, and Kubernetes 1.$MINOR works with none older than 1.$((MINOR - 3))"
done <<<"$nodes"
say "every node is Ready"

etcdctl --endpoints=https://127.0.0.1:2379 endpoint health --cluster || fail "etcd is not healthy, so it must not change now"

configuration=$(kubectl --namespace=kube-system get configmap kubeadm-config --request-timeout=10s -o 'jsonpath={.data.ClusterConfiguration}')
if ((MINOR >= 37)) && grep -q 'name: *experimental-' <<<"$configuration"; then
  fail "etcd of Kubernetes 1.37 does not know the arguments that begin with experimental-, and kubeadm-config in kube-system has some"
fi

# the API server counts who asks for what a later version no longer has
old=$(kubectl get --raw=/metrics --request-timeout=20s | awk -v minor="$MINOR" '
  /^apiserver_requested_deprecated_apis\{/ {
    split("", of)
    text = $0
    while (match(text, /[a-z_]+="[^"]*"/)) {
      split(substr(text, RSTART, RLENGTH - 1), pair, "=\"")
      of[pair[1]] = pair[2]
      text = substr(text, RSTART + RLENGTH)
    }
    split(of["removed_release"], release, ".")
    if (release[1] == 1 && release[2] <= minor) print of["resource"] " of " (of["group"] == "" ? "v1" : of["group"]) "/" of["version"]
  }' | sort -u)
if [[ -n $old ]]; then
  say "somebody asks for APIs that Kubernetes 1.$MINOR no longer has:"
  say "$old"
  [[ -n $FORCED ]] || fail "APIs are in use that Kubernetes 1.$MINOR no longer has: ${old//$'\n'/, }"
fi
