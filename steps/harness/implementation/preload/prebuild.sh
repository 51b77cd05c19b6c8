#!/bin/sh
# Builds the wallclock library for every machine that the package serves, into the compiled code, from where it is published:
# prebuild.sh [FOLDER]. On Debian x64 this takes gcc, libc6-dev, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross; on arm64
# gcc-x86-64-linux-gnu and libc6-dev-amd64-cross.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/../../../../dist/steps/harness/implementation/preload/prebuilt}
mkdir -p "$folder"
for pair in x64:x86_64-linux-gnu-gcc arm64:aarch64-linux-gnu-gcc; do
  compiler=${pair#*:}
  if ! command -v "$compiler" >/dev/null; then
    echo "prebuild.sh: $compiler is missing; on Debian: apt-get install gcc-$(echo "${compiler%-gcc}" | tr _ -)" >&2
    exit 1
  fi
  sh "$here/build.sh" "$compiler" "$folder/wallclock-linux-${pair%%:*}.so"
  echo "$folder/wallclock-linux-${pair%%:*}.so"
done
