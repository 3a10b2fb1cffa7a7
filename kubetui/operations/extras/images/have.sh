# shellcheck shell=bash

# what a machine has of images: each line begins with a word that says what it is
printf 'processor %s\n' "$(uname --machine)"
why=$(refusal)
[[ -z $why ]] || { printf 'refused %s\n' "$why"; exit 0; }
pieces=$(known)
while read -r piece; do printf 'has %s\n' "$piece"; done <<<"$pieces"
