# shellcheck shell=bash # values: AT, FILE, MIB

dd if="$FILE" bs=1M skip="$AT" count="$MIB" iflag=fullblock status=none | gzip -1 | base64 --wrap=0
