# shellcheck shell=bash # values: ARCHIVE, ARCHIVE_OLDEST

program=/usr/local/bin/$ARCHIVE
[[ -e $program ]] || absent "$program is not there"
version=$("$program" --version 2>&1 | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1) || partial "$program does not run"
[[ $(printf '%s\n' "$ARCHIVE_OLDEST" "$version" | sort --version-sort | head -n 1) == "$ARCHIVE_OLDEST" ]] ||
  partial "$program is $version, and $ARCHIVE_OLDEST is the oldest that works"
