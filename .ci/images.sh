#!/usr/bin/env bash
# Builds local/base:latest, the image that every Dockerfile of this project's own tests starts from: Debian's mosquitto and
# python3 and the checkout's Node 24, without an image registry; and local/builder:latest, in which the image of the suite is built:
# the same with this machine's npm. Does nothing when the images of these very recipes are there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
node=$(readlink -f "${NODE_BIN:?the path of Node 24, such as node_modules/.bin/node}")
packages=mosquitto,mosquitto-clients,busybox-static,libstdc++6,python3-minimal,tzdata

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Calls the function that builds the image of a name and a recipe (what follows them), unless it is there.
provide() {
  local name=$1 build=$2 image
  shift 2
  image=$name:$(printf '%s\n' "$@" | sha256sum | cut -c1-12)
  if docker image inspect "$image" >/dev/null 2>&1; then
    docker tag "$image" "$name:latest"
    echo "image $image is there"
    return
  fi
  "$build" "$image"
  docker tag "$image" "$name:latest"
  echo "image $image is built"
}

# Debian's engine comes without buildx: the classic builder
build() { DOCKER_BUILDKIT=0 docker build --quiet --force-rm --tag "$1" "$2" >/dev/null; }

build_base() {
  if ! command -v mmdebstrap >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mmdebstrap >/dev/null
  fi
  local suite
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # "extract": packages are unpacked and not configured, which takes seconds instead of a minute; base.Dockerfile adds the rest
  mmdebstrap --quiet --variant=extract --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --include="$packages" "$suite" "$scratch/rootfs.tar"
  docker import --change 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$scratch/rootfs.tar" local/debian:extract >/dev/null
  mkdir "$scratch/base"
  cp "$node" "$scratch/base/node"
  cp "$here/base.Dockerfile" "$scratch/base/Dockerfile"
  build "$1" "$scratch/base"
}

build_builder() {
  mkdir "$scratch/builder"
  cp -r "$npm" "$scratch/builder/npm"
  # a machine behind a proxy that looks into TLS has its authority here
  if [ -e "$authorities" ]; then cp "$authorities" "$scratch/builder/"; else : >"$scratch/builder/ca-certificates.crt"; fi
  cp "$here/builder.Dockerfile" "$scratch/builder/Dockerfile"
  build "$1" "$scratch/builder"
}

authorities=/etc/ssl/certs/ca-certificates.crt
# bin/npm-cli.js of its folder
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
provide local/base build_base "$(cat "$here/base.Dockerfile")" "$packages" "$("$node" --version)"
provide local/builder build_builder "$(cat "$here/builder.Dockerfile")" "$(docker image inspect --format '{{.Id}}' local/base:latest)" \
  "$(npm --version)" "$(cat "$authorities" 2>/dev/null | sha256sum)"
