# shellcheck shell=bash # values: NAME, SERVICE
# shellcheck disable=SC2154 # addons.sh sets folder

pki=/etc/kubernetes/pki
signed=$folder/$NAME.crt key=$folder/$NAME.key
# holds: whether there is a certificate of this cluster's authority for SERVICE that holds for another month
holds() {
  [[ -e $key ]] && openssl verify -CAfile "$pki/ca.crt" -verify_hostname "$SERVICE" -purpose sslserver "$signed" >/dev/null 2>&1 &&
    openssl x509 -noout -checkend 2592000 -in "$signed" >/dev/null
}
# sign: give SERVICE a key and a certificate of the authority, whose key is on this machine, unless it has them
sign() {
  local request=$folder/$NAME.csr extensions=$folder/$NAME.extensions
  if [[ -z $SERVICE ]] || holds; then return; fi
  mkdir -p "$folder"
  put "$extensions" $'basicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature, keyEncipherment\nextendedKeyUsage = serverAuth\nsubjectAltName = DNS:'"$SERVICE"
  (
    umask 077
    run openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$SERVICE" -keyout "$key" -out "$request" 2>/dev/null
    run openssl x509 -req -in "$request" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -set_serial "0x$(openssl rand -hex 16)" -days 3650 -sha256 -extfile "$extensions" -out "$signed" 2>/dev/null
  )
  rm -f "$request" "$extensions"
}
# fill: put authority, certificate and key where MANIFEST has marks for them
fill() {
  [[ -n $SERVICE ]] || return 0
  MANIFEST=${MANIFEST//@CLUSTER_CA@/$(base64 --wrap=0 "$pki/ca.crt")}
  MANIFEST=${MANIFEST//@SERVICE_CERTIFICATE@/$(base64 --wrap=0 "$signed")}
  MANIFEST=${MANIFEST//@SERVICE_KEY@/$(base64 --wrap=0 "$key")}
}
