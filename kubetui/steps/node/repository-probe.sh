# shellcheck shell=bash # values: REPOSITORY, URL

find_repository "$REPOSITORY" "$URL"
