# shellcheck shell=bash # values: COMPONENT, FINGERPRINT, KEY_URL, REPOSITORY, URL
# shellcheck disable=SC2153 # URL and KEY_URL are values

# fetch the repository's key, check it, and add the repository
repository() {
  local url key_url details found
  url=$(located "$URL")
  key_url=$(located "$KEY_URL")
  fetched=/run/kubetui-$REPOSITORY.key
  trap 'rm -f "$fetched"' EXIT
  retry 5 fetch "$key_url" "$fetched" 60
  details=$(gpg --batch --show-keys --with-colons "$fetched") || fail "$key_url is not an OpenPGP key"
  found=$(awk -F: '$1 == "fpr" {print $10; exit}' <<<"$details")
  say "key $found"
  if [[ -n $FINGERPRINT ]]; then
    [[ $found == "$FINGERPRINT" ]] || fail "the key at $key_url is $found, and $FINGERPRINT is expected"
    # every key in the file would be trusted
    [[ $(grep -c '^pub:' <<<"$details") == 1 ]] || fail "the key at $key_url comes with other keys, and only $FINGERPRINT is expected"
  fi
  [[ $(awk -F: '$1 == "pub" {print $2; exit}' <<<"$details") != e ]] || fail "the key at $key_url has expired, so $url cannot be checked"
  add_repository "$REPOSITORY" "$url" "$fetched" "$COMPONENT"
}
