# shellcheck shell=bash

crictl ps --all --output=json
