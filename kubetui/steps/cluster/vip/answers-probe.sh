# shellcheck shell=bash

left=$(unanswered)
[[ -z $left ]] || absent "no API server answers at ${left//$'\n'/ and }"
