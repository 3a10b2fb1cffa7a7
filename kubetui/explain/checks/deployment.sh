# shellcheck shell=bash
ready=$(kubectl get deployment web --ignore-not-found -o jsonpath='{.status.readyReplicas}')
say "${ready:-0} pods of the deployment web are ready, 3 are wanted"
((${ready:-0} >= 3))
