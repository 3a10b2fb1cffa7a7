# shellcheck shell=bash # values: ADDRESS, CONFIG, CRI_SOCKET, IDENTITY, NAME, SERVING
# shellcheck disable=SC2153 # CONFIG is a value

config=/run/kubetui-certificates.yaml
trap 'rm -f "$config"' EXIT
written "$config" "$CONFIG" 600
(umask 077 && printf '%s\n' "${CONFIG//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}" >"$config")
run kubeadm certs renew all --config="$config"
if [[ -n $IDENTITY ]]; then
  # a kubelet whose certificate has run out cannot ask for another one; the cluster's authority is on this machine
  kubelet=(kubeadm kubeconfig user --config="$config" --org=system:nodes --client-name="system:node:$NAME")
  called "$(quoted "${kubelet[@]}")"
  fresh=$("${kubelet[@]}" 2>/dev/null)
  part() { sed -n "s/^ *client-$1-data: *//p" <<<"$fresh" | base64 --decode; }
  pem=/var/lib/kubelet/pki/kubelet-client-$(date +%Y-%m-%d-%H-%M-%S).pem
  called "tee $pem # the content is left out"
  (umask 077 && { part certificate; part key; } >"$pem")
  run ln -sf "$pem" /var/lib/kubelet/pki/kubelet-client-current.pem
fi
if [[ -n $SERVING ]]; then run rm -f /var/lib/kubelet/pki/kubelet.crt /var/lib/kubelet/pki/kubelet.key; fi
run systemctl restart kubelet
# the programs of the control plane read their certificates as they start
cri=(crictl --runtime-endpoint="$CRI_SOCKET")
for pod in $("${cri[@]}" pods --namespace=kube-system --label=tier=control-plane --quiet); do
  run "${cri[@]}" stopp "$pod"
done
ready() { [[ $(kubectl --server="https://$ADDRESS:6443" get --raw=/readyz --request-timeout=5s 2>/dev/null) == ok ]]; }
end=$((SECONDS + 240))
until ready; do
  ((SECONDS < end)) || fail "the API server does not answer with its new certificate: $(journalctl --unit=kubelet --lines=5 --output=cat)"
  sleep 1
done
