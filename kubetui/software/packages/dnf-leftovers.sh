# shellcheck shell=bash

package_files+=(
  /etc/NetworkManager/conf.d/90-kubetui.conf /etc/firewalld /etc/selinux/config /etc/systemd/zram-generator.conf
)
remember_system() { # prints how SELinux is, and which of the units run that kubetui may turn off
  local unit enabled active
  printf 'selinux %s none\n' "$(getenforce 2>/dev/null || echo none)"
  for unit in firewalld nm-cloud-setup.timer; do
    enabled=$(systemctl is-enabled "$unit" 2>/dev/null || true) active=$(systemctl is-active "$unit" 2>/dev/null || true)
    printf '%s %s %s\n' "$unit" "${enabled:-none}" "${active:-none}"
  done
}
restore_system() { # reads what remember_system printed
  local what enabled active
  while read -r what enabled active; do
    case $what:$enabled in
      selinux:Enforcing) setenforce 1 ;;
      selinux:*) continue ;;
      *:enabled) systemctl enable "$what" ;;
    esac
    case $active in active) systemctl restart "$what" ;; esac
  done
  if command -v restorecon >/dev/null; then restorecon /etc/selinux/config; fi
  if systemctl is-active --quiet NetworkManager; then systemctl reload NetworkManager; fi
}
