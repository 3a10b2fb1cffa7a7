# shellcheck shell=bash # values: CONFIG_1, CONFIG_2, CONFIG_2_0
# shellcheck disable=SC2034 # scripts that come after this read config_file

config_file=/etc/containerd/config.toml
runtime_there() { command -v containerd >/dev/null; }
release() { containerd --version | grep -oE ' v?[0-9]+\.[0-9]+' | head -n 1 | tr -d ' v'; }
config() { # PAUSE
  local text
  case $(release) in
    1.*) text=$CONFIG_1 ;;
    2.0) text=$CONFIG_2_0 ;;
    2.*) text=$CONFIG_2 ;;
    *) fail "containerd $(containerd --version) is not known" ;;
  esac
  printf '%s' "${text//@SANDBOX_IMAGE@/$1}"
}
overruled() { # containerd 1.x takes all of a plugin's settings from one file; 2.x merges them
  local files dump
  [[ $(release) == 1.* ]] || return 0
  files=$(grep --files-with-matches --extended-regexp '^ *\[plugins\..*cri' /etc/containerd/conf.d/*.toml 2>/dev/null) || return 0
  dump=$(containerd config dump)
  if ! grep -qF 'SystemdCgroup = true' <<<"$dump" || ! grep -qF 'bin_dir = "/opt/cni/bin"' <<<"$dump"; then
    printf '%s replaces all settings of the CRI plugin: put SystemdCgroup = true and bin_dir = "/opt/cni/bin" in it, too, or move it away' "$files"
  fi
}
mirror_file() { printf '/etc/containerd/certs.d/%s/hosts.toml' "$1"; }
mirror() { # REGISTRY URL [LOGIN]: containerd takes no user from the URL itself
  printf '[host."%s"]\n  capabilities = ["pull", "resolve"]' "$2"
  [[ -z ${3-} ]] || printf '\n  [host."%s".header]\n    Authorization = "Basic %s"' "$2" "$3"
}
