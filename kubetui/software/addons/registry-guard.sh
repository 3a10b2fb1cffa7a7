# shellcheck shell=bash
# addon_refuses: which images would go with the registry's claim; prints nothing if there are none, or no volume
addon_refuses() {
  local volume said how
  how="To let them go: kubectl --namespace=kubetui-registry delete deployment/registry persistentvolumeclaim/registry; then remove the registry again"
  volume=$(kubectl --namespace=kubetui-registry get persistentvolumeclaim registry --ignore-not-found --request-timeout=10s -o 'jsonpath={.spec.volumeName}') || return
  [[ -n $volume ]] || return 0
  said=$(kubectl get --raw /api/v1/namespaces/kubetui-registry/services/registry:5000/proxy/v2/_catalog --request-timeout=20s 2>&1) || said="it does not answer: ${said%%$'\n'*}"
  case $said in
    '{"repositories":[]}') ;;
    '{"repositories":['*) said=${said#*[} && say "images are in it: $(tr -d '"' <<<"${said%%]*}"). They would be lost. Copy those that you need elsewhere. $how" ;;
    *) say "nobody knows which images are in its volume ($said). They would be lost. Repair it with kubetui mend, and look. $how" ;;
  esac
}
