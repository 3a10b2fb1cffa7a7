# shellcheck shell=bash # values: ANCHORS, CERTIFICATES
# shellcheck disable=SC2034 # the scripts after this one read changed, wanted, files and stale

# there from before anything changes until the runtime, which reads what is trusted as it starts, has read it
changed=/var/lib/kubetui/trusting
wanted=() files=() stale=() text=
while IFS= read -r line; do
  text+=${text:+$'\n'}$line
  [[ $line != -----END* ]] || { wanted+=("$text") text=; }
done <<<"$CERTIFICATES"
for number in "${!wanted[@]}"; do files+=("$ANCHORS/kubetui-$((number + 1)).crt"); done
for path in "$ANCHORS"/kubetui-[0-9]*.crt; do
  [[ ! -f $path || " ${files[*]-} " == *" $path "* ]] || stale+=("$path")
done
