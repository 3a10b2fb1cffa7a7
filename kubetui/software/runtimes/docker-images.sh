# shellcheck shell=bash

refusal() { :; }
known() { # the layers of each image, in their order; where containerd stores Docker's images, they are named otherwise
  [[ $(docker info --format '{{.DriverStatus}}') != *io.containerd.snapshotter* ]] || return 0
  docker image list --all --quiet --no-trunc | sort --unique |
    xargs --no-run-if-empty docker image inspect --format '{{join .RootFS.Layers " "}}'
}
keep() { :; }
finish() { tar --directory="$1" --create manifest.json blobs | docker image load; } # FOLDER
untag() { docker image remove "$1"; }
release() { :; }
