# shellcheck shell=bash # values: USER_NAME

# on somebody's own machine nobody's home is touched
[[ -n $USER_NAME ]] || exit 0
[[ -n $home ]] || fail "there is no user $USER_NAME"
run install -d -m 700 -o "$USER_NAME" -g "$(id -gn "$USER_NAME")" "$home/.kube"
run install -m 600 -o "$USER_NAME" -g "$(id -gn "$USER_NAME")" /etc/kubernetes/admin.conf "$home/.kube/config"
say "$home/.kube/config"
