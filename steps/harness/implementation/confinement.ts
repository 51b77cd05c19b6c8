/** What a container under test may have and do. */
export interface Confinement {
  readonly memoryBytes: number;
  /** Processes and threads. */
  readonly pids: number;
  /** How much output the engine keeps on its disk, in bytes. */
  readonly logBytes: number;
  /** closed: it reaches only the suite; open: all that this machine reaches. */
  readonly network: 'closed' | 'open';
  /** Linux capabilities beyond the usual ones, such as NET_RAW. */
  readonly linuxCapabilities: readonly string[];
  /** Whether its programs may gain privileges when they start others (setuid). */
  readonly newPrivileges: boolean;
}

/** The members of `container` that loosen a confinement, as a target file has them. */
export interface ConfinementContent {
  readonly memory?: string;
  readonly pids?: number;
  readonly log?: string;
  readonly network?: 'closed' | 'open';
  readonly linuxCapabilities?: readonly string[];
  readonly newPrivileges?: boolean;
}

const megabyte = 1024 ** 2;
const gigabyte = 1024 ** 3;

/** The least and the most memory and log that a target file may ask for, in bytes; an engine starts nothing with less. */
export const sizeLimits = { least: 8 * megabyte, most: 64 * gigabyte, leastLog: megabyte, mostLog: gigabyte } as const;

/** Enough for brokers on a Java machine; a leak or a fork bomb is stopped before this machine suffers. */
const defaults = {
  memory: '2g',
  pids: 1_024,
  log: '1m',
  network: 'closed',
  linuxCapabilities: [],
  newPrivileges: false,
} as const;

/**
 * What images need that begin as root and then become a user of their own, as most servers do. Of the engine's usual capabilities
 * these are missing: raw sockets, device files, changing file capabilities, chroot, and writing to the audit log.
 */
export const usualCapabilities = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETPCAP',
  'SETUID',
] as const;

/** The confinement that a target file asks for, completed with the defaults. */
export function confinementOf(content: ConfinementContent): Confinement {
  const { memory, pids, log, network, linuxCapabilities, newPrivileges } = { ...defaults, ...content };
  return { memoryBytes: parseSize(memory) ?? 0, pids, logBytes: parseSize(log) ?? 0, network, linuxCapabilities, newPrivileges };
}

/** What of a confinement is looser than the default, a phrase each. */
export function loosened(confinement: Confinement): string[] {
  const usual = confinementOf({});
  const { memoryBytes, pids, logBytes, network, linuxCapabilities, newPrivileges } = confinement;
  return [
    ...(memoryBytes > usual.memoryBytes ? [`memory ${inWords(memoryBytes)} instead of ${defaults.memory}`] : []),
    ...(pids > usual.pids ? [`pids ${pids} instead of ${usual.pids}`] : []),
    ...(logBytes > usual.logBytes ? [`log ${inWords(logBytes)} instead of ${defaults.log}`] : []),
    ...(network === 'open' ? ['network open'] : []),
    ...(linuxCapabilities.length > 0 ? [`Linux capabilities ${linuxCapabilities.join(', ')} added`] : []),
    ...(newPrivileges ? ['new privileges allowed'] : []),
  ];
}

/** A size such as `512m` or `2g`, in bytes; undefined when the text is none. */
export function parseSize(text: string): number | undefined {
  const [, count, unit] = /^(\d+)(m|g)$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (unit === 'g' ? gigabyte : megabyte);
}

function inWords(bytes: number): string {
  return bytes % gigabyte === 0 ? `${bytes / gigabyte}g` : `${bytes / megabyte}m`;
}
