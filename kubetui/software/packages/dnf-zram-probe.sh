# shellcheck shell=bash

if makes_zram; then absent "zram-generator makes swap at the next boot"; fi
