import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { MARK } from './process-tree.ts';
import { RUN } from './run-owner.ts';

/**
 * Lives beside the suite and reads what runs for it. When its standard input closes, the suite is gone, in whatever way (SIGKILL
 * leaves it no time to do anything): then it ends what still runs and removes what still lies about, and ends. A shell costs a
 * hundredth of what a second Node would.
 */
const script = `
trap '' INT TERM HUP
groups= folders= found=
carriers() {
  # busybox's grep ends at the first zero byte of a file
  if grep --version 2>/dev/null | grep -q GNU; then grep -lsF -e "$1" /proc/[0-9]*/environ; return; fi
  for file in /proc/[0-9]*/environ; do tr '\\0' '\\n' <"$file" 2>/dev/null | grep -qF -e "$1" && echo "$file"; done
}
# those that descend from the given ones, and these
family() {
  grep -Hs '^PPid:' /proc/[0-9]*/status | awk -v roots="$1" -F'[/:\t ]+' '
    { parent[$3] = $NF }
    END {
      count = split(roots, root, " ")
      for (i = 1; i <= count; i++) own[root[i]] = 1
      do {
        grown = 0
        for (pid in parent) if (!(pid in own) && (parent[pid] in own)) { own[pid] = 1; grown = 1 }
      } while (grown)
      for (pid in own) print pid
    }'
}
without() { left=; for one in $1; do [ "$one" = "$2" ] || left="$left $one"; done; }
while read -r word value; do
  case $word in
    group) groups="$groups $value" ;;
    ended) without "$groups" "$value"; groups=$left ;;
    folder) folders="$folders
$value" ;;
    removed) folders=$(printf '%s\\n' "$folders" | grep -vxF -e "$value") ;;
  esac
done
[ -z "$groups" ] || found=$(family "$groups" 2>/dev/null)
for group in $groups; do kill -9 "-$group" 2>/dev/null; done
for pid in $found; do kill -9 "$pid" 2>/dev/null; done
for round in 1 2 3; do
  found=$(carriers "$1" 2>/dev/null)
  [ -n "$found" ] || break
  for file in $found; do pid=\${file#/proc/}; kill -9 "\${pid%/environ}" 2>/dev/null; done
done
printf '%s\\n' "$folders" | while IFS= read -r folder; do [ -n "$folder" ] && rm -rf -- "$folder"; done
`;

let guardian: ChildProcess | undefined;

/** Starts the guardian, unless it lives already: before what it is to guard. One that cannot be had is done without. */
export function startCleanupProcess(): ChildProcess {
  if (guardian !== undefined) return guardian;
  guardian = spawn('sh', ['-c', script, 'iot-ntp-conformance-guardian', `${MARK}=${RUN}/`], {
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '' },
    // A session of its own: what the terminal sends to the suite is not for it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guardian.on('error', () => {});
  guardian.stdin?.on('error', () => {});
  // It waits for the suite, never the suite for it.
  guardian.unref();
  (guardian.stdin as Socket).unref();
  return guardian;
}

function tell(word: 'group' | 'ended' | 'folder' | 'removed', value: string | number): void {
  startCleanupProcess().stdin?.write(`${word} ${value}\n`);
}

/** Has a process group ended when the suite is gone. @returns how to say that it has ended */
export function cleanUpGroup(leader: number): () => void {
  tell('group', leader);
  return () => tell('ended', leader);
}

/** Has a folder removed when the suite is gone. @returns how to say that it is removed */
export function cleanUpFolder(path: string): () => void {
  tell('folder', path);
  return () => tell('removed', path);
}
