# shellcheck shell=bash
# addon_lacks: what keeps a claim that names no class from getting a volume; prints nothing if nothing does
addon_lacks() {
  local classes
  classes=$(kubectl get storageclasses --request-timeout=10s -o 'jsonpath={range .items[*]}{.metadata.name} {.metadata.annotations.storageclass\.kubernetes\.io/is-default-class}{"\n"}{end}' 2>&1) ||
    { say "the API server does not answer: ${classes%%$'\n'*}"; return; }
  grep -qx 'local-path true' <<<"$classes" || say "the storage class local-path is not the default"
}
