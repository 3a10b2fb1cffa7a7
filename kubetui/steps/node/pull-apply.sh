# shellcheck shell=bash # values: IMAGES, MIRRORS, ROOM
# shellcheck disable=SC2154 # pull.sh sets pulling

source_of() { # IMAGE: the mirror that is asked for it, or its own registry
  local url
  url=$(awk -v registry="${1%%/*}" '$1 == registry {print $2}' <<<"$MIRRORS")
  say "${url:-${1%%/*}}"
}
room "$IMAGES" "$ROOM"
text=$(wanted)
mapfile -t list <<<"$text"
if [[ -e $pulling ]]; then
  say "an earlier pull was cut short: its images may be hollow, and are pulled again"
  for image in "${list[@]}"; do if there "$image"; then run crictl rmi "$image"; fi; done
fi
mkdir -p "${pulling%/*}"
: >"$pulling"
sync "$pulling"
# three at a time: while one is unpacked, the next ones come
lane() { # NUMBER: every third image, beginning with that one
  local index image
  for ((index = $1; index < ${#list[@]}; index += 3)); do
    image=${list[index]}
    say "image $((index + 1)) of ${#list[@]}: $image"
    there "$image" || retry 5 run crictl pull "$image" || fail "image $image cannot be pulled from $(source_of "$image")"
  done
}
lanes=()
for number in 0 1 2; do
  lane "$number" &
  lanes+=("$!")
done
failed=0
for lane in "${lanes[@]}"; do wait "$lane" || failed=1; done
# images that came stay, also when another one did not
sync
rm "$pulling"
exit "$failed"
