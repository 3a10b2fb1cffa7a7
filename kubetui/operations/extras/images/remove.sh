# shellcheck shell=bash # values: IMAGE, NAME, OTHERS

# crictl takes all names from an image
if [[ -n $OTHERS ]]; then untag "$NAME"; else crictl rmi "$IMAGE"; fi
release
