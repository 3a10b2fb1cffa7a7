# shellcheck shell=bash
# shellcheck disable=SC2154 # crio.sh sets auth_file

known=$(logins)
if [[ -n $known ]]; then put "$auth_file" "$known" 600; fi
