# shellcheck shell=bash

left=$(empty_folders; idle_images)
[[ -z $left ]] || absent "of add-ons that are gone there is still ${left//$'\n'/, }"
