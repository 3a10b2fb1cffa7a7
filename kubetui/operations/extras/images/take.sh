# shellcheck shell=bash # values: BLOBS, INDEX, LAYOUT, MANIFEST, PLACE, ROOM, SPOOL

# the pieces come on standard input, one after the other; one that is there is taken while the next one comes
umask 077
rm -rf "$SPOOL"
trap 'wait; rm -rf "$SPOOL"' EXIT
mkdir -p "$SPOOL/blobs/sha256"
room "$PLACE" "$ROOM"
printf '%s' "$INDEX" >"$SPOOL/index.json"
printf '%s' "$LAYOUT" >"$SPOOL/oci-layout"
printf '%s' "$MANIFEST" >"$SPOOL/manifest.json"
taking=
while read -r -u 3 digest size; do
  file=$SPOOL/blobs/sha256/${digest#sha256:}
  head --bytes="$size" >"$file"
  [[ $(stat --format=%s "$file") == "$size" ]] || fail "the connection ended before $digest was there"
  [[ -z $taking ]] || wait "$taking"
  keep "$file" "$digest" &
  taking=$!
done 3< <(printf '%s' "$BLOBS")
[[ -z $taking ]] || wait "$taking"
finish "$SPOOL"
