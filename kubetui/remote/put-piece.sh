# shellcheck shell=bash # values: AT, DATA, FILE

umask 077
mkdir -p "${FILE%/*}"
# of another file, more may be there
[[ $AT != 0 ]] || : >"$FILE"
printf %s "$DATA" | base64 --decode | gunzip | dd of="$FILE" bs=1M seek="$AT" conv=notrunc iflag=fullblock status=none
