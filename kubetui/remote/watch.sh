# shellcheck shell=bash

set -E
# a failure in a subshell may be intended: yes | head
failed_at() { [[ $BASHPID != "$$" ]] || printf 'kubetui-failed-at %s\n' "$*" >&2; }
exit() { local code=${1:-$?}; [[ $code = 0 ]] || failed_at "${BASH_LINENO[@]}"; builtin exit "$code"; }
trap 'failed_at "$LINENO" "${BASH_LINENO[@]}"' ERR
