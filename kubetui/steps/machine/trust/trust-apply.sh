# shellcheck shell=bash # values: RUNTIME, TRUSTING
# shellcheck disable=SC2154 # trust.sh sets changed, wanted, files and stale

mkdir -p "${changed%/*}"
: >"$changed"
for number in "${!wanted[@]}"; do put "${files[number]}" "${wanted[number]}"; done
read -ra update <<<"$TRUSTING"
if ((${#wanted[@]})) && ! command -v "${update[0]}" >/dev/null; then
  # the mirror that has the package may itself be vouched for by nobody else
  (umask 022 && printf '%s\n' "${wanted[@]}" >/run/kubetui-authorities.pem)
  apt_settings+=$'\nAcquire::https::CaInfo "/run/kubetui-authorities.pem";'
  install ca-certificates
  rm /run/kubetui-authorities.pem
fi
if ((${#stale[@]})); then run rm -f "${stale[@]}"; fi
if command -v "${update[0]}" >/dev/null; then run "${update[@]}"; fi
if systemctl is-active --quiet "$RUNTIME"; then
  # containers outlive a restart of every runtime but Docker
  if [[ $RUNTIME == docker* && -n $(docker ps --quiet) ]]; then
    say "Docker runs containers, which a restart would end: it trusts this from its next start on"
  else
    run systemctl restart "$RUNTIME"
  fi
fi
rm "$changed"
