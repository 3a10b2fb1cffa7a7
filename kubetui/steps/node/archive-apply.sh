# shellcheck shell=bash # values: ARCHIVE, ARCHIVES

# whatever is wrong with the archive, it is found before anything is installed
case $(uname -m) in
  x86_64) processor=amd64 ;;
  aarch64) processor=arm64 ;;
  *) processor=$(uname -m) ;;
esac
read -r url sum < <(awk -v name="$processor" '$1 == name || $1 == "any" {print $2, $3; exit}' <<<"$ARCHIVES") ||
  fail "$ARCHIVE has no archive for this machine's processor, $processor"
place=/var/lib/kubetui/$ARCHIVE packed=/var/lib/kubetui/$ARCHIVE/$ARCHIVE.tgz
room /var/lib 200
rm -rf "$place"
mkdir -p "$place"
shown=${url/"//"*@///<user and password>@}
retry 3 fetch "$url" "$packed" 900 || fail "$ARCHIVE cannot be fetched from $shown"
found=$(sha256sum "$packed")
found=${found%% *}
[[ $found == "$sum" ]] || fail "$shown has the SHA-256 $found, and $sum is expected"
run tar --extract --gzip --no-same-owner --file="$packed" --directory="$place" || fail "$shown is not a gzipped tar archive"
run install --mode=755 "$place/$ARCHIVE/$ARCHIVE" "/usr/local/bin/$ARCHIVE"
sync "/usr/local/bin/$ARCHIVE"
rm -rf "$place"
