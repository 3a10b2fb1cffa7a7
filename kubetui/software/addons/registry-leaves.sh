# shellcheck shell=bash
# addon_leaves: the volumes that its claim had and that are still there; prints nothing if there are none
addon_leaves() {
  kubectl get persistentvolumes --request-timeout=10s -o 'jsonpath={range .items[?(@.spec.claimRef.namespace=="kubetui-registry")]}persistentvolume/{.metadata.name}{"\n"}{end}' ||
    say "volumes, which cannot be asked for"
}
