# shellcheck shell=bash
# shellcheck disable=SC2154 # kernel.sh sets settings

# at_boot FOLDER: the lines that systemd reads at boot, in its order; of files with the same name the first one counts
at_boot() {
  local file
  printf '%s\n' /etc/"$1"/*.conf /run/"$1"/*.conf /usr/local/lib/"$1"/*.conf /usr/lib/"$1"/*.conf |
    awk -F/ '!seen[$NF]++ {print $NF "\t" $0}' | LC_ALL=C sort | cut -f2 |
    while read -r file; do [[ ! -r $file ]] || sed '/^[[:space:]]*[#;]/d; s/[[:space:]]*$//; s/^[[:space:]]*//' "$file"; echo; done
}
names=$(at_boot modules-load.d)
grep -qx br_netfilter <<<"$names" || absent "br_netfilter is not loaded at boot: no file in /etc/modules-load.d names it"
made=$(at_boot sysctl.d | tr -d ' \t' | tr / . | sed 's/^-//')
while IFS=' =' read -r setting _; do
  now=$(sysctl -n "$setting" 2>/dev/null) || absent "there is no $setting: br_netfilter is not loaded"
  [[ $now == 1 ]] || absent "$setting is $now, and not 1"
  [[ $(grep "^$setting=" <<<"$made" | tail -n 1) == "$setting=1" ]] || absent "$setting is not 1 after a boot: no file in /etc/sysctl.d makes it so"
done <<<"$settings"
