#!/usr/bin/env bash
# Brings up a Docker engine where none answers (root and Debian's apt), else uses the one that answers.
# Safe to run again and again, and by several at once: only one of them starts an engine.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
engine_log=/tmp/dockerd-ci.log

answers() { timeout 5 docker info >/dev/null 2>&1; }
is_installed() { dpkg -s "$1" 2>/dev/null | grep -q '^Status: install ok installed'; }

# Installs packages whose services must not be started: there is no init system that could hold them.
install_quietly() {
  local policy=/usr/sbin/policy-rc.d ours=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    ours=yes
  fi
  local status=0
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null || status=$?
  [ -z "$ours" ] || rm -f "$policy"
  return "$status"
}

install_engine() {
  local missing=() package
  for package in docker.io iptables; do
    is_installed "$package" || missing+=("$package")
  done
  mountpoint -q /sys/fs/cgroup || missing+=(cgroupfs-mount)
  ((${#missing[@]} == 0)) || install_quietly "${missing[@]}"
  mountpoint -q /sys/fs/cgroup || cgroupfs-mount
}

start_engine() {
  # the pid file of an engine that is gone stops a new one when something else has got that pid
  local pid_file=/var/run/docker.pid
  if [ -f "$pid_file" ] && ! grep -qa dockerd "/proc/$(cat "$pid_file")/cmdline" 2>/dev/null; then rm -f "$pid_file"; fi
  # 9>&-: the engine outlives this script and must not keep its lock
  setsid nohup dockerd --ip 127.0.0.1 >"$engine_log" 2>&1 </dev/null 9>&- &
  local attempt
  for attempt in $(seq 150); do
    if answers; then return; fi
    sleep 0.2
  done
  tail -n 40 "$engine_log" >&2
  echo "no Docker engine: dockerd did not answer within 30 s (attempt $attempt); its log is $engine_log" >&2
  return 1
}

exec 9>/tmp/dockerd-ci.lock
flock 9
if ! answers; then
  install_engine
  start_engine
fi
docker version --format 'docker client {{.Client.Version}}, engine {{.Server.Version}}'
