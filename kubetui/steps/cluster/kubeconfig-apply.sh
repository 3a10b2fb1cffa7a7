# shellcheck shell=bash # values: USER_NAME

# on somebody's own machine nobody's home is touched
[[ -n $USER_NAME ]] || exit 0
[[ -n $home ]] || fail "there is no user $USER_NAME"
install -d -m 700 -o "$USER_NAME" -g "$(id -g "$USER_NAME")" "$home/.kube"
install -m 600 -o "$USER_NAME" -g "$(id -g "$USER_NAME")" /etc/kubernetes/admin.conf "$home/.kube/config"
say "$home/.kube/config"
