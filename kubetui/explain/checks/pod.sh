# shellcheck shell=bash
phase=$(kubectl get pod hello --ignore-not-found -o jsonpath='{.status.phase}')
say "the pod hello: ${phase:-not there}"
[[ $phase == Running ]]
