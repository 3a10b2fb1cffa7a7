# shellcheck shell=bash # values: NODES, WANTED
# shellcheck disable=SC2016 # a Go template and awk have dollar signs of their own

template='{{range .items}}{{$node := .metadata.name}}'
template+='{{range $key, $value := .metadata.labels}}has {{$node}} label {{$key}}={{$value}}{{"\n"}}{{end}}'
template+='{{range .spec.taints}}has {{$node}} taint {{.key}}{{with .value}}={{.}}{{end}}:{{.effect}}{{"\n"}}{{end}}'
# any text can be in an annotation, and a kubelet can write its node's: quoted, it cannot pass for other lines
template+='{{range $key, $value := .metadata.annotations}}'
template+='{{if eq $key "kubetui/labels"}}own {{$node}} label {{printf "%q" $value}}{{"\n"}}{{end}}'
template+='{{if eq $key "kubetui/taints"}}own {{$node}} taint {{printf "%q" $value}}{{"\n"}}{{end}}{{end}}{{end}}'
nodes() { kubectl get nodes --request-timeout=10s --output=go-template="$template"; }

# Removals come first, then the annotation that names what is kubetui's, then additions: wherever this is interrupted,
# the annotation names everything that kubetui has set.
compare='
function id(kind, text,   effect) {
  if (kind == "label") { sub(/=.*$/, "", text); return text }
  effect = text; sub(/^.*:/, "", effect); sub(/[=:].*$/, "", text); return text ":" effect
}
function say(verb, node, words) { if (words != "") print verb, node words }
$1 == "node" { names[++count] = $2 }
$1 == "new" { new[$2] }
$1 == "has" { has[$2, $3, id($3, $4)] = $4 }
$1 == "own" { gsub(/"/, "", $4); own[$2, $3] = $4 }
$1 == "want" { want[$2, $3] = want[$2, $3] " " $4; wanted[$2, $3, id($3, $4)] }
function look(node, kind,   words, all, mine, each, there, less, more, ours) {
  all = split(own[node, kind], words, ",")
  for (each = 1; each <= all; each++) {
    mine[words[each]]
    there = has[node, kind, id(kind, words[each])] == words[each]
    if (there && !((node, kind, id(kind, words[each])) in wanted)) less = less " " id(kind, words[each]) "-"
  }
  all = split(want[node, kind], words, " ")
  for (each = 1; each <= all; each++) {
    there = has[node, kind, id(kind, words[each])] == words[each]
    if (!there) more = more " " words[each]
    if (!there || words[each] in mine || (kind == "taint" && node in new)) ours = ours (ours == "" ? "" : ",") words[each]
  }
  say(kind, node, less)
  if (ours != own[node, kind]) say("annotate", node, " kubetui/" kind "s" (ours == "" ? "-" : "=" ours))
  say(kind, node, more)
}
END { for (each = 1; each <= count; each++) { look(names[each], "label"); look(names[each], "taint") } }'

# changes NEW: what is left to do on which node, as words for kubectl; kubeadm gave the nodes in NEW their taints
changes() {
  local there
  there=$(nodes) || return 1
  {
    awk '{print "node", $1}' <<<"$NODES"
    awk 'NF {print "want", $0}' <<<"$WANTED"
    awk 'NF {print "new", $1}' <<<"$1"
    printf '%s\n' "$there"
  } | awk "$compare"
}
