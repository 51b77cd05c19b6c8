import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { MARK } from './process-tree.ts';
import { RUN } from './run-owner.ts';

/**
 * Runs beside the suite and reads which process groups and folders belong to it. Its standard input closes when the suite ends, even by
 * SIGKILL: it then kills the processes that are left, removes the folders, and ends. A shell needs a hundredth of the memory of a second
 * Node.
 */
const script = `
trap '' INT TERM HUP
groups= folders= found=
carriers() {
  # busybox's grep ends at the first zero byte of a file
  if grep --version 2>/dev/null | grep -q GNU; then grep -lsF -e "$1" /proc/[0-9]*/environ; return; fi
  for file in /proc/[0-9]*/environ; do tr '\\0' '\\n' <"$file" 2>/dev/null | grep -qF -e "$1" && echo "$file"; done
}
# the given processes and their descendants
descendants() {
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
[ -z "$groups" ] || found=$(descendants "$groups" 2>/dev/null)
for group in $groups; do kill -9 "-$group" 2>/dev/null; done
for pid in $found; do kill -9 "$pid" 2>/dev/null; done
for round in 1 2 3; do
  found=$(carriers "$1" 2>/dev/null)
  [ -n "$found" ] || break
  for file in $found; do pid=\${file#/proc/}; kill -9 "\${pid%/environ}" 2>/dev/null; done
done
printf '%s\\n' "$folders" | while IFS= read -r folder; do [ -n "$folder" ] && rm -rf -- "$folder"; done
`;

let cleanupProcess: ChildProcess | undefined;

/** Starts the cleanup process once, before anything that it cleans up. Where there is no `sh`, the suite does without it. */
export function startCleanupProcess(): ChildProcess {
  if (cleanupProcess !== undefined) return cleanupProcess;
  cleanupProcess = spawn('sh', ['-c', script, 'iot-ntp-conformance-cleanup', `${MARK}=${RUN}/`], {
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '' },
    // Ctrl-C in the terminal must not end it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  cleanupProcess.on('error', () => {});
  cleanupProcess.stdin?.on('error', () => {});
  // The suite does not wait for it.
  cleanupProcess.unref();
  (cleanupProcess.stdin as Socket).unref();
  return cleanupProcess;
}

function tell(word: 'group' | 'ended' | 'folder' | 'removed', value: string | number): void {
  startCleanupProcess().stdin?.write(`${word} ${value}\n`);
}

/** Has a process group killed when the suite ends. @param leader its process id @returns to be called when the group has ended */
export function cleanUpGroup(leader: number): () => void {
  tell('group', leader);
  return () => tell('ended', leader);
}

/** Has a folder removed when the suite ends. @param path absolute @returns to be called when the folder is removed */
export function cleanUpFolder(path: string): () => void {
  tell('folder', path);
  return () => tell('removed', path);
}
