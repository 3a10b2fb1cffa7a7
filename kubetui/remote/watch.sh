# shellcheck shell=bash
# shellcheck disable=SC2034 # prelude.sh reads kubetui_calls, kubetui_broke and told

# told stays this script's output where a command's own goes elsewhere
exec {told}>&2
kubetui_calls=$'\x1ekubetui-calls ' kubetui_broke=$'\x1ekubetui-broke '
set -E
# a failure in a subshell may be intended: yes | head
failed_at() { [[ $BASHPID != "$$" ]] || printf 'kubetui-failed-at %s\n' "$*" >&2; }
exit() { local code=${1:-$?}; [[ $code = 0 ]] || failed_at "${BASH_LINENO[@]}"; builtin exit "$code"; }
trap 'failed_at "$LINENO" "${BASH_LINENO[@]}"' ERR
