# shellcheck shell=bash

# also those of an earlier proof that was killed
run systemctl stop 'kubetui-proof-*-server.service'
