# shellcheck shell=bash # values: NODE
# shellcheck disable=SC2016 # a Go template has its own dollar signs

template='NAMESPACE{{"\t"}}POD{{"\t"}}CONTAINER{{"\t"}}READY{{"\t"}}RESTARTS{{"\t"}}IMAGE{{"\n"}}'
template+='{{range .items}}{{$pod := .metadata}}{{range .status.containerStatuses}}'
template+='{{$pod.namespace}}{{"\t"}}{{$pod.name}}{{"\t"}}{{.name}}{{"\t"}}{{.ready}}{{"\t"}}'
template+='{{.restartCount}}{{"\t"}}{{.image}}{{"\n"}}{{end}}{{end}}'
kubectl get pods --all-namespaces --field-selector="spec.nodeName=$NODE" --request-timeout=10s \
  -o go-template="$template"
