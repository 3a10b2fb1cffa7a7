# shellcheck shell=bash

# also those of an earlier proof that was killed
systemctl stop 'kubetui-proof-*-server.service'
