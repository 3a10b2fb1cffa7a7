# shellcheck shell=bash
port=$(kubectl --namespace=kube-system get service hello-port --ignore-not-found \
  -o jsonpath='{.spec.ports[0].nodePort}')
[[ $port ]] || fail 'there is no service hello-port with a node port in kube-system'
node=$(kubectl get nodes -o jsonpath='{.items[0].status.addresses[0].address}')
said=$(curl --silent --show-error --max-time 5 --noproxy '*' "http://$node:$port/health")
say "$node:$port answers $said"
[[ $said == OK ]]
