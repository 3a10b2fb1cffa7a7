# shellcheck shell=bash # values: FOLDERS, IMAGES

# idle_images: the images among IMAGES that are there and that no container runs from
idle_images() {
  local image
  while read -r image; do
    if [[ -z $image ]] || ! crictl inspecti -q "$image" >/dev/null 2>&1; then continue; fi
    [[ -n $(crictl ps --quiet --image "$image") ]] || say "$image"
  done <<<"$IMAGES"
}
# empty_folders: the folders among FOLDERS that hold no file
empty_folders() {
  local path
  while read -r path; do
    [[ -d $path && -z $(find "$path" ! -type d -print -quit) ]] && say "$path"
  done <<<"$FOLDERS"
  :
}
