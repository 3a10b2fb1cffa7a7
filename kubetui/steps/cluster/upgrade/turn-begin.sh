# shellcheck shell=bash # values: NAME

# somebody who keeps pods away from a node wants that afterwards, too: only what kubetui closed is opened again
closed=$(retry 5 kubectl get node "$NAME" --request-timeout=10s -o 'jsonpath={.spec.unschedulable}|{.metadata.annotations.kubetui/upgrading}')
case $closed in
  'true|') say "$NAME was cordoned before, and stays so" ;;
  *)
    run kubectl annotate node "$NAME" --overwrite kubetui/upgrading=yes
    run kubectl cordon "$NAME"
    ;;
esac
