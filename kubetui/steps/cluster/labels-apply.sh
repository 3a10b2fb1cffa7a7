# shellcheck shell=bash # values: NEW

todo=$(changes "$NEW")
while read -r -a words; do
  [[ -z ${words[*]} ]] || retry 3 run kubectl "${words[0]}" node "${words[1]}" --overwrite "${words[@]:2}"
done <<<"$todo"
