# shellcheck shell=bash # values: MACHINES
# shellcheck disable=SC2153 # MACHINES is a value

every='{{range .items}}{{if eq .spec.signerName "kubernetes.io/kubelet-serving"}}{{.metadata.name}} {{printf "%q" .spec.username}}{{"\n"}}{{end}}{{end}}'
# ours: the requests for serving certificates that machines of this cluster have made, one a line
ours() {
  local all name user machines
  machines=$(awk '{print "\"system:node:" $1 "\""}' <<<"$MACHINES")
  all=$(kubectl get certificatesigningrequests --request-timeout=10s --output=go-template="$every") || return 1
  while read -r name user; do
    ! grep -qxF -e "$user" <<<"$machines" || say "$name"
  done <<<"$all"
}
