# shellcheck shell=bash # values: NAME

systemctl stop "$NAME-server" 2>/dev/null || true
