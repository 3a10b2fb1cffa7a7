# shellcheck shell=bash
todo=$(changes "" 2>/dev/null) || absent "the API server does not answer"
[[ -z $todo ]] || absent "left to do: ${todo%%$'\n'*}"
