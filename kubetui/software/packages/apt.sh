# shellcheck shell=bash
# shellcheck disable=SC1091 # the machine has /etc/os-release
# shellcheck disable=SC2034 # scripts that come after this read proxy_file, stamp, ledger, package_files and package_folders

stamp=/run/kubetui-apt
# the proxy that downloads go through
proxy_file=/etc/apt/apt.conf.d/95kubetui

# apt's DPkg::Lock::Timeout covers dpkg's locks only: whoever is refreshing the lists is waited for here, as long
holder() { # FILE: the process that has it locked
  awk -v inode="$(stat --format=%i "$1" 2>/dev/null)" \
    '$2 == "POSIX" {split($6, at, ":"); if (at[3] == inode) {print $5; exit}}' /proc/locks
}
lists_free() {
  local lock=/var/lib/apt/lists/lock end=$((SECONDS + 300)) pid said=
  while pid=$(holder "$lock"); [[ -n $pid ]] && ((SECONDS < end)); do
    [[ -n $said ]] || say "waiting: $lock is held by process $pid"
    said=yes
    sleep 1
  done
}
# what holds for every call of apt-get. Whoever holds dpkg's locks is waited for, and a failed update is a failure.
apt_settings='DPkg::Lock::Timeout "300";
Acquire::Retries "3";
APT::Update::Error-Mode "any";
Dpkg::Options { "--force-confdef"; "--force-confold"; };'
apt() {
  # what was interrupted. A package that meets a configuration file of somebody else's would ask, and nobody answers: the file stays
  if [[ -n $(dpkg --audit) ]]; then called "dpkg --force-confdef --force-confold --configure -a"; fi
  dpkg --force-confdef --force-confold --configure -a
  lists_free
  printf '%s\n' "$apt_settings" >"$stamp.conf"
  APT_CONFIG=$stamp.conf run apt-get "$@"
}
# once per boot, or the first install would work with lists as old as the box
refresh() {
  [[ -e $stamp ]] && return
  retry 5 apt update && : >"$stamp"
}

# every package that was not there before goes into the ledger: destroying the cluster removes it from an existing machine
ledger=/var/lib/kubetui/packages
package_files=("$proxy_file" /etc/default/kubelet)
package_folders=(/etc/apt/keyrings)
packages() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | awk '$1 == "installed" {print $2}' | sort -u
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
  packages >"$ledger.new"
  sync "$ledger.new"
  mv "$ledger.new" "$ledger.before"
  _install "$@" || return
  _replace "$@" || return
  settle
}
_install() {
  apt install --yes --no-install-recommends "$@" && return
  rm -f "$stamp"
  refresh
  retry 4 apt install --yes --no-install-recommends "$@"
}
_replace() { # NAME[=VERSION]... with install's options: for apt, a package whose program somebody deleted is installed
  local name broken=()
  for name; do [[ $name == -* || -z $(gone "${name%%=*}") ]] || broken+=("${name%%=*}"); done
  ((${#broken[@]} == 0)) || apt install --yes --reinstall --allow-change-held-packages "${broken[@]}"
}
install_pinned() { # NAME[=VERSION]...: held ones, too; * stands for anything in VERSION
  install --allow-change-held-packages "$@"
}
hold() { # NAME...: no upgrade changes it
  run apt-mark hold "$@"
}
removal() { # NAME...: every package that goes when these go
  apt-get --simulate purge "$@" | awk '/^(Remv|Purg) / {print $2}' | sort -u
}
remove() { # NAME...: with their configuration, held ones, too
  apt-mark unhold "$@" >/dev/null
  apt purge --yes "$@"
}
list_held() { apt-mark showhold; }
# automatic packages are there only because others need them
list_automatic() { apt-mark showauto; }
mark_automatic() { # NAME...
  apt-mark auto "$@" >/dev/null
}

installed() { # NAME...: every package is there and configured
  local name
  for name in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || return 1
  done
}
gone() { # NAME...: prints the programs of installed packages that are not there, one a line
  local path
  { dpkg-query --listfiles "$@" 2>/dev/null || true; } | while read -r path; do
    [[ $path != */bin/* && $path != */sbin/* || -e $path || -L $path ]] || printf '%s\n' "$path"
  done
}
version_of() { # NAME: prints the installed version; fails where there is none
  local status version
  read -r status version < <(dpkg-query --show --showformat='${db:Status-Abbrev} ${Version}\n' "$1" 2>/dev/null) || return
  [[ $status == ?i ]] && printf '%s\n' "$version"
}
candidate() { # NAME: prints the version that would be installed, or nothing
  apt-cache policy "$1" | awk '$1 == "Candidate:" && $2 != "(none)" {print $2}'
}
held() { # NAME
  [[ $(dpkg-query --show --showformat='${db:Status-Abbrev}' "$1" 2>/dev/null) == h* ]]
}

# the system and its release, as other projects' repositories call them: a derivative goes by what it derives from
origin() (
  . /etc/os-release
  for id in $ID ${ID_LIKE:-}; do
    case $id in
      debian) release=${DEBIAN_CODENAME:-$VERSION_CODENAME} ;;
      ubuntu) release=${UBUNTU_CODENAME:-$VERSION_CODENAME} ;;
      *) continue ;;
    esac
    printf '%s %s\n' "$id" "$release"
    return
  done
  fail "$PRETTY_NAME is neither Debian nor Ubuntu, nor does it derive from them"
)
located() { # URL
  local id=
  if [[ $1 == *'{id}'* ]]; then id=$(origin) || return; fi
  printf '%s\n' "${1//'{id}'/${id% *}}"
}
_repository() { # NAME URL [COMPONENT]
  local part=/
  if [[ -n ${3-} ]]; then
    part=$(origin) || return
    part="${part#* } $3"
  fi
  key=/etc/apt/keyrings/$1-apt-keyring.gpg list=/etc/apt/sources.list.d/$1.list
  line="deb [signed-by=$key] $2 $part"
}
repository_files() { # NAME
  local key list line
  _repository "$1" ""
  printf '%s\n' "$key" "$list"
}
find_repository() { # NAME URL: part of a probe
  local key list line
  _repository "$@"
  [[ -s $key ]] || absent "the key is not there"
  gpg --batch --show-keys "$key" >/dev/null 2>&1 || absent "$key holds no key"
  same "$list" "$line" || absent "$list is not there"
}
add_repository() { # NAME URL KEY [COMPONENT]: signed with the OpenPGP key in the file KEY; a flat one without COMPONENT
  local key list line
  _repository "$1" "$2" "${4-}"
  run mkdir -p /etc/apt/keyrings
  (umask 022 && run gpg --batch --yes --dearmor --output "$key" "$3")
  # a URL with a password in it is for root only
  put "$list" "$line" "$([[ $2 == *@* ]] && echo 600 || echo 644)"
  # only this list: the others were refreshed a minute ago
  retry 5 apt update -o Dir::Etc::sourcelist="$list" -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0
}
