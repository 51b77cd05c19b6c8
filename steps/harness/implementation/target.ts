import type { Confinement } from './confinement.ts';
import type { End } from './end.ts';
import type { Unreached } from './listening-sockets.ts';

/** The side of the NTP service that the implementation under test plays. */
export type Role = 'server' | 'client';

/** A device as the platform knows it (device certificate: ProductKey, DeviceName, DeviceSecret). */
export interface Identity {
  readonly productKey: string;
  readonly deviceName: string;
  readonly deviceSecret?: string;
  /** Its own user name, in place of the one for all devices; a template with {productKey}, {deviceName} and {deviceSecret}. */
  readonly username?: string;
  /** Its own password, likewise. */
  readonly password?: string;
}

/** How a device signs its CONNECT, as the platform names the methods. */
export type SignMethod = 'hmacmd5' | 'hmacsha1' | 'hmacsha256';

/** How the devices that the suite plays show a server who they are. */
export type Auth =
  /** For all devices that have none of their own: templates with {productKey}, {deviceName} and {deviceSecret}. */
  | { readonly kind: 'password'; readonly username?: string; readonly password?: string }
  /** The platform's signature; `timestamp` is part of it where it is sent. */
  | { readonly kind: 'aliyun-hmac'; readonly signMethod: SignMethod; readonly timestamp?: string };

/** Started by the suite as a container of its own. `image` or `build`, never both. */
export interface ContainerStart {
  readonly kind: 'container';
  readonly image?: string;
  /** Dockerfile (absolute path), the context it is built in (absolute path), and its build arguments. */
  readonly build?: { readonly dockerfile: string; readonly context: string; readonly args: Readonly<Record<string, string>> };
  readonly env: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  /** The port inside the container where a server listens. */
  readonly port?: number;
  /** Files copied into the container before it starts: absolute source path, absolute path inside. */
  readonly files: readonly { readonly source: string; readonly path: string }[];
  readonly confinement: Confinement;
}

/** Started by the suite as a process of this machine, in a process group of its own. */
export interface ProcessStart {
  readonly kind: 'process';
  readonly command: readonly string[];
  /** Absolute path. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Already running somewhere; the suite neither starts nor stops it. Servers only. */
export interface AddressStart {
  readonly kind: 'address';
  readonly protocol: 'mqtt' | 'mqtts' | 'ws' | 'wss';
  readonly host: string;
  readonly port: number;
}

/** How the suite sees that an implementation is ready: by every sign that is named here. */
export interface Ready {
  /** A regular expression that a line of the output matches. */
  readonly log?: string;
  /** Its port accepts a connection. Always false for clients. */
  readonly port: boolean;
  /** Wait for the image's own health check. */
  readonly health?: true;
  /** Deadline in ms. */
  readonly withinMs: number;
}

/** TLS instead of plain TCP: what the suite needs to trust a server, or what it shows to a client. Paths are absolute. */
export interface Tls {
  /** The authority that the other side's certificate must come from; a client is asked for one only where this is given. */
  readonly ca?: string;
  /** Accept a certificate that no authority signed. */
  readonly selfSigned: boolean;
  readonly serverName?: string;
  readonly certificate?: string;
  readonly key?: string;
}

/** When a client asks for the time. Texts may hold placeholders. */
export type Sync =
  | { readonly kind: 'start' }
  | { readonly kind: 'every'; readonly intervalMs: number }
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'stdin'; readonly text: string }
  | { readonly kind: 'publish'; readonly topic: string; readonly payload: string };

/** Where the time that a client calculated is read: a line of its output, or a message that it publishes. */
export type Result =
  /** `log` is a regular expression with the named group `time`, and perhaps `deviceSendTime` and `deviceRecvTime`. */
  | { readonly kind: 'log'; readonly log: string; readonly unit: TimeUnit }
  /** `pointer` is a JSON pointer (RFC 6901) into the payload; `topic` may hold placeholders. */
  | { readonly kind: 'topic'; readonly topic: string; readonly pointer: string; readonly unit: TimeUnit };

export type TimeUnit = 'ms' | 's';

/** The JSON type of a timestamp, in the page's words: `long` is an integer. */
export type DeclaredTimestampType = 'long' | 'string';

/** A build of an implementation that the suite cannot see: `digest` is `sha256:…`. */
export interface Build {
  readonly name: string;
  readonly digest: string;
}

/** What a server allows its devices. A member that is absent is not limited. */
export interface Limits {
  /** Messages that a device may publish in a second. */
  readonly requestsPerSecond?: number;
  /** How often a device may connect in a minute. */
  readonly connectsPerMinute?: number;
  /** Connections of all devices together at the same time. */
  readonly connections?: number;
}

/** A target file, read, checked and completed with its defaults. Placeholders in `start` are still in place. */
export interface Target {
  /** Absolute path of the target file; what its relative paths are relative to is its folder. */
  readonly file: string;
  /** SHA-256 of the file's bytes, in hex; absent where there is none. */
  readonly digest?: string;
  readonly name: string;
  readonly version?: string;
  readonly role: Role;
  /** Which build it is, by the target file's word; the engine says it of a container. */
  readonly build?: Build;
  readonly start: ContainerStart | ProcessStart | AddressStart;
  readonly ready: Ready;
  readonly tls?: Tls;
  /** The path of MQTT over WebSocket, such as `/mqtt`; absent for MQTT that TCP or TLS carry themselves. */
  readonly webSocketPath?: string;
  /** Absent when devices show nothing but their client id. */
  readonly auth?: Auth;
  /** At least one: the file's own, else a made-up one. */
  readonly devices: readonly [Identity, ...Identity[]];
  /** True when the implementation knows no other devices than `devices`. */
  readonly onlyThese: boolean;
  /** The names that devices have at the server, a regular expression; absent where all documented names exist. */
  readonly deviceNames?: string;
  /** How much the server allows its devices; absent where it has no limits. */
  readonly limits?: Limits;
  /** Template of the MQTT client id, with {productKey} and {deviceName}; absent for a short one of letters and digits. */
  readonly clientId?: string;
  /** How long an answer may take, in ms. */
  readonly responseDeadlineMs: number;
  /** How long the suite listens for a second answer after a last request, in ms; absent for what the scenario says. */
  readonly lateAnswersMs?: number;
  /** How far the implementation's clock may be from the suite's, in ms. */
  readonly clockToleranceMs: number;
  /** True when the implementation reads the very clock that the suite reads (same machine). */
  readonly sharedClock: boolean;
  readonly mqttVersion: '3.1.1' | '5';
  readonly capabilities: ReadonlySet<string>;
  /** When the client asks. Servers: unused. */
  readonly sync: Sync;
  /** Where the client's calculated time is read. Always there for clients, never for servers. */
  readonly result?: Result;
  /** The types of timestamp that the client offers; at least one. */
  readonly timestampTypes: readonly DeclaredTimestampType[];
  /** How long a client may take from being asked, or started, to its calculated time, in ms. */
  readonly withinMs: number;
  /** How long a whole run may take, in ms; the command line's own default when absent. */
  readonly deadlineMs?: number;
  /**
   * Values that must never be shown: device secrets, passwords, signatures, and everything that came out of `${env:NAME}`.
   * Grows while the run lasts, with what is derived from them (`learnSecret`).
   */
  readonly secrets: string[];
}

/** What the suite learns from an implementation that it started. */
export interface StartedTarget {
  readonly target: Target;
  /** Where the suite reaches a server. */
  readonly host: string;
  readonly port: number;
  /** `sha256:…` of the image, for containers. */
  readonly imageDigest?: string;
  /** For containers: what it may have or do beyond the default confinement, a phrase each. */
  readonly looseness?: readonly string[];
  /** The last lines that it printed, secrets replaced by `(secret)`: never more than 200, each cut at 2,000 characters. */
  output(): readonly string[];
  /** How it ended; undefined while it runs. */
  ended(): End | undefined;
  /** Settles with the same when it ends. Never settles for an address. */
  readonly end: Promise<End>;
  /** Settles with why the suite can no longer observe it, if that happens: what is seen afterwards does not count. */
  readonly lost?: Promise<string>;
  /** To be called at the end: why what was seen may not be its own doing, in words, even though `lost` has not settled yet. */
  doubt?(): Promise<string | undefined>;
  /** Why a server that the suite started in a container is not reached at its port, where what listens inside shows it. */
  unreached?(): Promise<Unreached | undefined>;
  /** Writes to its standard input. Placeholders are filled. @throws EnvironmentError when it has ended, or is an address. */
  write(text: string): Promise<void>;
  /** Sends it a signal, not its children. @throws EnvironmentError when it has ended, or is an address. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /**
   * Runs a command inside its container, or beside its process with the same folder and environment. Placeholders are filled.
   * Its output is not part of `output()`.
   *
   * @throws EnvironmentError when the command cannot be run or fails, or the target is an address.
   */
  exec(command: readonly string[]): Promise<void>;
  /**
   * Ends a server by this signal (by force where it does not end), and starts it again: a process with the same command, a container as it
   * was left. Host, port, output and end are those of the new start then, and the port may be another one. Absent for an address, and
   * where `noRestart` says why.
   *
   * @throws EnvironmentError when it does not become ready again; nothing of it is left running then
   */
  restart?(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /**
   * Starts it once more, beside this start: with these environment variables in addition. It is ended with this one at the latest. Absent
   * for an address.
   *
   * @throws EnvironmentError when it does not become ready; nothing of it is left running then
   */
  another?(env: Readonly<Record<string, string>>): Promise<StartedTarget>;
  /** Why it cannot be restarted, in words, when the suite started it and `restart` is absent. */
  readonly noRestart?: string;
  /** Ends it with all its children and gives back what it held. Safe to call twice; never throws for a target that is already gone. */
  stop(): Promise<void>;
}
