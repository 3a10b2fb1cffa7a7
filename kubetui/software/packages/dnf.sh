# shellcheck shell=bash
# shellcheck disable=SC1090,SC1091 # the machine has /etc/os-release and, perhaps, the file with the proxy
# shellcheck disable=SC2034 # scripts that come after this read stamp, ledger, package_files and package_folders

stamp=/run/kubetui-dnf
# dnf's own settings have no folder of their own: the proxy is in the environment of the calls that kubetui makes
proxy_file=/etc/dnf/kubetui-proxy.env
# dnf waits by itself for whoever holds its locks
dnf() (
  if [[ -s $proxy_file ]]; then set -a; . "$proxy_file"; set +a; fi
  run dnf "$@"
)
quiet() ( # the same for what only asks
  if [[ -s $proxy_file ]]; then set -a; . "$proxy_file"; set +a; fi
  command dnf --quiet "$@"
)
five() { # whether dnf is version 5, which spells some options in another way
  local text
  text=$(command dnf --version 2>/dev/null)
  [[ $text == dnf5* ]]
}
# once per boot, or the first install would work with lists as old as the box
refresh() {
  [[ -e $stamp ]] && return
  retry 5 dnf makecache && : >"$stamp"
}

# every package and every key that was not there before goes into the ledger: destroying the cluster removes it from an
# existing machine
ledger=/var/lib/kubetui/packages
package_files=("$proxy_file" /etc/sysconfig/kubelet)
package_folders=()
packages() {
  rpm --query --all --queryformat '%{NAME} %{VERSION} %{RELEASE}\n' |
    awk '{print $1 == "gpg-pubkey" ? $1 "-" $2 "-" $3 : $1}' | sort -u
}
settle() {
  # an empty file, which a power cut may leave, tells nothing
  [[ -s $ledger.before ]] || return 0
  packages | comm -13 "$ledger.before" - >>"$ledger"
  sync "$ledger"
  rm "$ledger.before"
}
install() { # NAME...
  refresh
  settle
  mkdir -p "${ledger%/*}"
  # a line more than there are packages, so that none is no empty file
  { echo; packages; } >"$ledger.new"
  sync "$ledger.new"
  mv "$ledger.new" "$ledger.before"
  _install "$@" || return
  _replace "$@" || return
  settle
}
_install() {
  local name words=(install --assumeyes --setopt=install_weak_deps=False)
  for name; do if [[ $name == -* ]]; then words+=("$name"); else words+=("${name/=/-}"); fi; done
  # dnf needs no gpg itself
  command -v gpg >/dev/null || words+=(/usr/bin/gpg)
  dnf "${words[@]}" && return
  rm -f "$stamp"
  refresh
  retry 4 dnf "${words[@]}"
}
_replace() { # NAME[=VERSION]... with install's options: a package whose program somebody deleted is there, for dnf
  local name options=() broken=()
  for name; do
    if [[ $name == -* ]]; then options+=("$name"); elif [[ -n $(gone "${name%%=*}") ]]; then broken+=("${name%%=*}"); fi
  done
  ((${#broken[@]} == 0)) || dnf reinstall --assumeyes ${options[@]+"${options[@]}"} "${broken[@]}"
}
install_pinned() { # NAME[=VERSION]...: held ones, too; * stands for anything in VERSION
  local lifted=--disableexcludes=kubernetes
  if five; then lifted=--setopt=disable_excludes=kubernetes; fi
  install "$lifted" "$@"
}

# what the repository's own file keeps from every upgrade, as the documentation has it
excluded='kubelet kubeadm kubectl cri-tools kubernetes-cni'
kubernetes=/etc/yum.repos.d/kubernetes.repo
hold() { # NAME...: no upgrade changes it
  local name
  for name; do
    if ! held "$name"; then run sed --in-place -e '/^exclude/d' -e "\$a exclude=$excluded" "$kubernetes"; fi
  done
}
held() { # NAME
  local line
  while read -r line; do [[ " ${line//,/ } " != *" $1 "* ]] || return 0; done < <(sed --quiet -E 's/^exclude(pkgs)?[[:space:]]*=//p' /etc/dnf/dnf.conf /etc/yum.repos.d/*.repo 2>/dev/null)
  grep -qE "^$1-([0-9]+:)?[0-9]" /etc/dnf/plugins/versionlock.list 2>/dev/null
}
removal() { # NAME...: every package that goes when these go; --assumeno makes dnf fail
  local names
  mapfile -t names < <(_but_keys "$@")
  { command dnf --assumeno --setopt=clean_requirements_on_remove=False remove "${names[@]}" 2>/dev/null || true; } |
    awk '/^Removing/ {table = 1; next} /^$/ || /^Transaction/ {table = 0} table {print $1}' | sort -u | comm -12 - <(packages)
}
_but_keys() { printf '%s\n' "$@" | grep -v '^gpg-pubkey-' || true; }
remove() { # NAME...: with their configuration, held ones, too
  local names keys
  mapfile -t names < <(_but_keys "$@")
  mapfile -t keys < <(printf '%s\n' "$@" | grep '^gpg-pubkey-' || true)
  ((${#names[@]} == 0)) || dnf remove --assumeyes --disableexcludes=all --setopt=clean_requirements_on_remove=False "${names[@]}"
  ((${#keys[@]} == 0)) || run rpm --erase "${keys[@]}"
}
# what was held before is in files that are put back
list_held() { :; }
# automatic packages are there only because others need them
list_automatic() { quiet repoquery --installed --queryformat '%{name} %{reason}\n' | awk '$2 ~ /ependency/ {print $1}' | sort -u; }
mark_automatic() { # NAME...
  if five; then quiet mark dependency "$@"; else quiet mark remove "$@"; fi >/dev/null
}

installed() { # NAME...: every package is there
  rpm --query "$@" >/dev/null 2>&1
}
gone() { # NAME...: prints the programs of installed packages that are not there, one a line
  local path
  { rpm --query --list "$@" 2>/dev/null || true; } | while read -r path; do
    [[ $path != */bin/* && $path != */sbin/* || -e $path || -L $path ]] || printf '%s\n' "$path"
  done
}
version_of() { # NAME: prints the installed version; fails where there is none
  local version
  version=$(rpm --query --queryformat '%{VERSION}-%{RELEASE}\n' "$1" 2>/dev/null) || return
  printf '%s\n' "${version##*$'\n'}"
}
candidate() { # NAME: prints the version that would be installed, or nothing
  quiet repoquery --queryformat '%{version}\n' "$1" | grep . | sort --version-sort | tail -n 1 || true
}

# the system and its release, as other projects' repositories call them: a derivative goes by what it derives from
origin() (
  . /etc/os-release
  for id in $ID ${ID_LIKE:-}; do
    case $id in
      rhel | centos | fedora) printf '%s %s\n' "$id" "${VERSION_ID%%.*}"; return ;;
    esac
  done
  fail "$PRETTY_NAME does not belong to the Red Hat family"
)
located() { # URL
  local id=
  if [[ $1 == *'{id}'* ]]; then id=$(origin) || return; fi
  printf '%s\n' "${1//'{id}'/${id% *}}"
}
_repository() { # NAME URL [COMPONENT]
  local url=$2 system
  if [[ -n ${3-} ]]; then
    system=$(origin) || return
    url=${2%/}/${system#* }/$(uname -m)/$3
  fi
  key=/etc/pki/rpm-gpg/RPM-GPG-KEY-$1 list=/etc/yum.repos.d/$1.repo
  text="[$1]
name=$1
baseurl=$url
enabled=1
gpgcheck=1
gpgkey=file://$key"
  # rpm trusts every key for every repository: this binds what a repository offers to its own key. Where a repository
  # has parts, nobody says that its lists are signed
  [[ -n ${3-} ]] || text+=$'\n'repo_gpgcheck=1
  [[ $1 != kubernetes ]] || text+=$'\n'"exclude=$excluded"
}
repository_files() { # NAME
  local key list text
  _repository "$1" ""
  printf '%s\n' "$key" "$list"
}
find_repository() { # NAME URL: part of a probe
  local key list text
  _repository "$@"
  [[ -s $key ]] || absent "the key is not there"
  gpg --batch --show-keys "$key" >/dev/null 2>&1 || absent "$key holds no key"
  same "$list" "$text" || absent "$list is not as it should be"
}
add_repository() { # NAME URL KEY [COMPONENT]: signed with the OpenPGP key in the file KEY; a flat one without COMPONENT
  local key list text
  _repository "$1" "$2" "${4-}"
  run cp "$3" "$key"
  chmod 644 "$key"
  # a URL with a password in it is for root only
  put "$list" "$text" "$([[ $2 == *@* ]] && echo 600 || echo 644)"
  # only this list: the others were refreshed a minute ago
  retry 5 dnf makecache --assumeyes --repo="$1"
}
