# shellcheck shell=bash # values: NAME
# shellcheck disable=SC2154 # hosts.sh sets copy and text

[[ -z $NAME || $(hostname) == "$NAME" ]] || absent "the host name is $(hostname)"
[[ ! -e $copy ]] || partial "/etc/hosts was not written to its end"
same /etc/hosts "$text" || absent "/etc/hosts lacks the nodes"
