# shellcheck shell=bash # values: AUTHORITY, CA_HASH, CERTIFICATE_KEY, CLUSTER_ID, CONFIG, ENDPOINT, JOIN_TOKEN
# shellcheck disable=SC2153,SC2154 # CONFIG is a value; join.sh sets mark, conf and identity, kubeadm.sh skipped, the pod network network_data
# shellcheck disable=SC2016 # the inner bash has its own arguments

host=${ENDPOINT%:*} port=${ENDPOINT##*:}
knock() { timeout 10 bash -c '</dev/tcp/$0/$1' "$host" "$1" 2>/dev/null; }
if ! knock "$port"; then
  route=$(ip -oneline route get "$host" 2>&1 | head -n 1) || true
  if knock 22; then hop="its SSH answers, so something keeps port $port from here"; else hop="nothing answers there; the way is ${route:-unknown}"; fi
  fail "the control plane cannot be reached at $ENDPOINT from here: $hop"
fi
if [[ -e $mark.done && -e $conf && $(ca) == "$AUTHORITY" ]]; then
  placed || run sed -i "s,^\( *server:\).*,\1 https://$ENDPOINT," "$conf"
  if [[ ! -e $identity ]]; then
    ask_anew
    make_known
  fi
  mapfile -t files < <(changed)
  if ((${#files[@]})); then
    set_aside "${files[@]}"
    # it asks the cluster as this node
    run kubeadm upgrade node phase kubelet-config
    vouch
  fi
  run systemctl enable kubelet
  make_known
  exit 0
fi
room /var/lib/kubelet 50
if [[ -e $mark.done ]]; then
  say "the control plane that it has joined is no more, or its kubeconfig: resetting it, and what its pods had of addresses"
  reset
  if [[ -e /sys/class/net/cni0 ]]; then run ip link delete cni0; fi
  run rm -rf /var/lib/cni "${network_data[@]}"
  rm "$mark.done"
elif [[ -e $mark.begun ]]; then
  say "resetting what an earlier kubeadm join left, which did not come to its end"
  reset
fi
# a node whose kubelet is gone stays Ready for 40 s, and kubeadm takes no second one of that name
tries=1
[[ ! -e $mark.begun ]] || tries=9
mkdir -p /var/lib/kubetui
printf %s "$CLUSTER_ID" >"$mark.begun"
config=/run/kubetui-join.yaml
trap 'rm -f "$config"' EXIT
text=${CONFIG//@JOIN_TOKEN@/$JOIN_TOKEN}
text=${text//@CERTIFICATE_KEY@/${CERTIFICATE_KEY:-}}
written "$config" "$CONFIG" 600
(umask 077 && printf '%s\n' "${text//@CA_HASH@/$CA_HASH}" >"$config")
said=$(mktemp)
trap 'rm -f "$config" "$said"' EXIT
until run kubeadm join --config="$config" "${skipped[@]}" 2>&1 | tee "$said"; do
  tries=$((tries - 1))
  if ((tries > 0)) && grep -q 'and status "Ready" already exists' "$said"; then
    say "the cluster has not missed the node yet; again in 10 s"
    reset
    sleep 10
    continue
  fi
  say "the kubelet's last lines:"
  journalctl --unit=kubelet --lines=10 --output=cat
  exit 1
done
vouch
