# shellcheck shell=bash
# shellcheck disable=SC2154 # crio.sh sets auth_file

known=$(logins)
[[ -z $known ]] || same "$auth_file" "$known" || absent "CRI-O does not know the mirrors' passwords"
