# shellcheck shell=bash # values: CRIO, REGISTRIES
# shellcheck disable=SC2034 # scripts that come after this read config_file and auth_file

config_file=/etc/crio/crio.conf.d/99-kubetui.conf
auth_file=/etc/crio/kubetui-auth.json
runtime_there() { command -v crio >/dev/null; }
logins() { # prints the users and passwords of mirrors, or nothing
  local registry url login list=
  while read -r registry url login; do
    [[ -n $login ]] || continue
    url=${url#*//}
    list+="${list:+, }\"${url%/}\": {\"auth\": \"$login\"}"
  done <<<"$REGISTRIES"
  [[ -z $list ]] || printf '{"auths": {%s}}' "$list"
}
config() { # PAUSE
  printf '%s' "${CRIO//@SANDBOX_IMAGE@/$1}"
  [[ -z $(logins) ]] || printf '\nglobal_auth_file = "%s"' "$auth_file"
}
overruled() { # of several drop-ins, the last one by name wins
  local file
  for file in "${config_file%/*}"/*.conf; do
    if [[ ${file##*/} > ${config_file##*/} ]] && grep -qE '^ *(pause_image|cgroup_manager|plugin_dirs) *=' "$file" 2>/dev/null; then
      printf '%s comes after %s and changes what Kubernetes needs: move it away' "$file" "${config_file##*/}"
      return
    fi
  done
}
mirror_file() { printf '/etc/containers/registries.conf.d/50-kubetui-%s.conf' "$1"; }
mirror() { # REGISTRY URL [LOGIN]: the login is in a file of its own
  local place=${2#*://}
  printf '[[registry]]\nprefix = "%s"\nlocation = "%s"\n\n[[registry.mirror]]\nlocation = "%s"' "$1" "$1" "${place%/}"
  [[ $2 != http://* ]] || printf '\ninsecure = true'
}
