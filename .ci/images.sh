#!/usr/bin/env bash
# Builds local/base:latest, the image that every Dockerfile of this project's own tests starts from: Debian's mosquitto and
# python3 and the checkout's Node 24, without an image registry. Does nothing when the image of this very recipe is there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
node=$(readlink -f "${NODE_BIN:?the path of Node 24, such as node_modules/.bin/node}")
packages=mosquitto,mosquitto-clients,busybox-static,libstdc++6,python3-minimal,tzdata

recipe=$(cat "$0" "$here/base.Dockerfile" <("$node" --version) | sha256sum | cut -c1-12)
image=local/base:$recipe
if docker image inspect "$image" >/dev/null 2>&1; then
  docker tag "$image" local/base:latest
  echo "image $image is there"
  exit 0
fi

if ! command -v mmdebstrap >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mmdebstrap >/dev/null
fi
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# "extract": packages are unpacked and not configured, which takes seconds instead of a minute; base.Dockerfile adds the rest
mmdebstrap --quiet --variant=extract --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --include="$packages" "$suite" "$scratch/rootfs.tar"
docker import --change 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$scratch/rootfs.tar" local/debian:extract >/dev/null
mkdir "$scratch/context"
cp "$node" "$scratch/context/node"
cp "$here/base.Dockerfile" "$scratch/context/Dockerfile"
# Debian's engine comes without buildx: the classic builder
DOCKER_BUILDKIT=0 docker build --quiet --tag "$image" --tag local/base:latest "$scratch/context" >/dev/null
echo "image $image is built"
