# shellcheck shell=bash # values: NAME
# shellcheck disable=SC2154 # hosts.sh sets copy and text

[[ -z $NAME || $(hostname) == "$NAME" ]] || run hostnamectl set-hostname "$NAME"
# written in place: a bind-mounted /etc/hosts cannot be replaced
put "$copy" "$text"
sync "$copy"
same /etc/hosts "$text" || { written /etc/hosts "$text" 600; printf '%s\n' "$text" >/etc/hosts; say "wrote /etc/hosts"; }
sync /etc/hosts
rm "$copy"
