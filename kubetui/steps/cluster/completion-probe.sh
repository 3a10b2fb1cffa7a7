# shellcheck shell=bash
# shellcheck disable=SC2154 # check.py sets file

[[ -s $file && $file -nt /usr/bin/kubectl ]] || absent "kubectl's completion is not there"
