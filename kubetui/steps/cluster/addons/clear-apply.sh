# shellcheck shell=bash

while read -r image; do [[ -z $image ]] || run crictl rmi "$image"; done <<<"$(idle_images)"
while read -r path; do [[ -z $path ]] || run rm -r "$path"; done <<<"$(empty_folders)"
