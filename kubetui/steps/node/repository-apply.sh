# shellcheck shell=bash # values: FINGERPRINT, KEY_URL, PROXY, REPOSITORY, URL

fetched=$(mktemp)
trap 'rm -f "$fetched"' EXIT
# on standard input: a password would show in the list of processes
fetch() { curl --fail --silent --show-error --location --max-time 60 --output "$fetched" --config - <<<"url = \"$KEY_URL\""$'\n'"$PROXY"; }
retry 5 fetch
details=$(gpg --batch --show-keys --with-colons "$fetched") || fail "$KEY_URL is not an OpenPGP key"
found=$(awk -F: '$1 == "fpr" {print $10; exit}' <<<"$details")
say "key $found"
[[ -z $FINGERPRINT || $found == "$FINGERPRINT" ]] || fail "the key at $KEY_URL is $found, and the profile wants $FINGERPRINT"
[[ $(awk -F: '$1 == "pub" {print $2; exit}' <<<"$details") != e ]] || fail "the key at $KEY_URL has expired, so $URL cannot be checked"
add_repository "$REPOSITORY" "$URL" "$fetched"
