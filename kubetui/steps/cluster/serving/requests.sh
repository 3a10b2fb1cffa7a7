# shellcheck shell=bash # values: MACHINES

# quoted, no name can pass for another field or line
fields='{{.metadata.name}}|{{printf "%q" .spec.username}}|{{range .spec.groups}} {{printf "%q" .}}{{end}} |'
fields+='{{range .spec.usages}}{{.}},{{end}}|{{.spec.request}}{{"\n"}}'
waits='{{range .items}}{{if eq .spec.signerName "kubernetes.io/kubelet-serving"}}{{if not .status.conditions}}'
# requests: those for serving certificates that nobody has decided, one a line
requests() { kubectl get certificatesigningrequests --request-timeout=10s --output=go-template="$waits$fields{{end}}{{end}}{{end}}"; }

# wrong USER GROUPS USAGES REQUEST: why no machine of the plan may have the certificate, or nothing
wrong() {
  local node=${1#\"system:node:} address subject names read
  node=${node%\"}
  address=$(awk -v name="$node" '$1 == name {print $2}' <<<"$MACHINES")
  [[ $1 == "\"system:node:$node\"" && -n $address ]] || { say "$1 is no machine of this cluster"; return; }
  [[ $2 == *' "system:nodes" '* ]] || { say "$1 is not in the group system:nodes"; return; }
  case $3 in
    'digital signature,server auth,' | 'digital signature,key encipherment,server auth,') ;;
    *) say "it is for ${3%,}, and not for serving"; return ;;
  esac
  read=$(base64 --decode <<<"$4" 2>/dev/null | openssl req -noout -verify -subject -nameopt RFC2253 -text 2>&1) || read=
  [[ $read == *"verify OK"* ]] || { say "it cannot be read, or its signature is not that of its key"; return; }
  subject=$(sed -n 's/^subject=//p' <<<"$read")
  [[ $subject == "CN=system:node:$node,O=system:nodes" ]] || { say "its subject is $subject"; return; }
  names=$(sed -n '/X509v3 Subject Alternative Name:/ {n; s/^ *//; s/ *$//; p}' <<<"$read")
  case $names in
    "DNS:$node, IP Address:$address" | "IP Address:$address, DNS:$node") ;;
    *) say "it names ${names:-nothing}, and $node is DNS:$node, IP Address:$address" ;;
  esac
}
# judged: each undecided request as: fits NAME, or else NAME and what is wrong with it
judged() {
  local all name user groups usages request why
  all=$(requests) || return 1
  while IFS='|' read -r name user groups usages request; do
    [[ -n $name ]] || continue
    why=$(wrong "$user" "$groups" "$usages" "$request")
    if [[ -z $why ]]; then say "fits $name"; else say "$name $why"; fi
  done <<<"$all"
}
# unserved: the first machine whose kubelet does not serve with a certificate of the cluster's authority, and why
unserved() {
  local name address said
  while read -r name address; do
    said=$(timeout 10 openssl s_client -connect "$address:10250" -CAfile /etc/kubernetes/pki/ca.crt -verify_return_error -verify_ip "$address" </dev/null 2>&1) && continue
    if grep -q 'verify error' <<<"$said"; then said="the cluster's authority has not signed what it shows"; else said="it has none yet, or does not answer"; fi
    say "the kubelet of $name has no serving certificate that holds: $said"
    return
  done <<<"$MACHINES"
}
