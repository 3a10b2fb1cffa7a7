# shellcheck shell=bash

crictl images --output=json
