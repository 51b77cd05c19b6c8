#!/bin/sh
# Builds the wallclock library: build.sh COMPILER OUTPUT. Exits with 127 when there is no such compiler.
# Linked against nothing, bound when first called: one build serves glibc and musl.
set -eu
command -v "$1" >/dev/null || exit 127
exec "$1" -O2 -std=gnu11 -Wall -Wextra -shared -fPIC -nostdlib -fno-stack-protector -U_FORTIFY_SOURCE -Wl,-z,lazy \
  -o "$2" "$(dirname "$0")/wallclock.c"
