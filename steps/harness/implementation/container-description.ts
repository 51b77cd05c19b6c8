import { stat } from 'node:fs/promises';
import type { GenericContainer } from 'testcontainers';
import { type Confinement, usualCapabilities } from './confinement.ts';
import type { Engine } from './engine.ts';
import type { RunNetwork } from './network.ts';
import type { StartOptions } from './start-options.ts';
import type { ContainerStart } from './target.ts';

/** What a container is created with, in addition to its image and its target file's start. Placeholders are filled in. */
export interface ContainerSettings {
  /** Its host name for the other containers of its network. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Whether the suite writes to its standard input. */
  readonly stdin: boolean;
  /** The network that it joins; the engine's default network, which is open, when absent. */
  readonly network?: RunNetwork;
  /** A host name that stands for this machine inside the container. */
  readonly suiteHost?: string;
  readonly mounts: NonNullable<StartOptions['mounts']>;
}

/** A container that is described but not yet created. */
export type ContainerDescription = GenericContainer & {
  /** Called with the container's id after its creation and before its start. */
  onCreated: (id: string) => Promise<void>;
  /** Publishes a port of the container where the suite can reach it. */
  publish(port: number): void;
};

/**
 * Describes a container to testcontainers, with its confinement.
 *
 * @param image name of an image that the engine has
 * @throws Error of node:fs when a file to copy does not exist
 */
export async function describeContainer(
  engine: Engine,
  image: string,
  start: ContainerStart,
  settings: ContainerSettings,
): Promise<ContainerDescription> {
  const { GenericContainer } = engine.testcontainers;

  class ConfinedContainer extends GenericContainer {
    onCreated: (id: string) => Promise<void> = async () => {};

    constructor() {
      super(image);
      // The API in front of a cluster ignores these settings, or does something else.
      if (engine.cluster) return;
      Object.assign(this.hostConfig, hostConfigOf(start.confinement));
      if (settings.network !== undefined) Object.assign(this.hostConfig, withoutNameServer);
      this.createOpts.OpenStdin = settings.stdin;
    }

    publish(port: number): void {
      if (engine.cluster) {
        // The forwarder finds the port by the alias; the API itself must not forward it.
        this.createOpts.ExposedPorts = { [`${port}/tcp`]: {} };
        this.withNetworkAliases(settings.name);
        return;
      }
      this.withExposedPorts(port);
      this.hostConfig.PortBindings = { [`${port}/tcp`]: [{ HostIp: engine.publishOn, HostPort: '0' }] };
    }

    protected override containerCreated(id: string): Promise<void> {
      return this.onCreated(id);
    }
  }

  const container = new ConfinedContainer();
  container.withEnvironment({ ...settings.env }).withLabels({ ...settings.labels });
  if (settings.network !== undefined) container.withNetworkMode(settings.network.name);
  // The suite waits by signs of its own: those of testcontainers need a shell in the image, and keep waiting for an ended container.
  const noWait = {
    waitUntilReady: async () => {},
    withStartupTimeout: () => noWait,
    isStartupTimeoutSet: () => true,
    getStartupTimeout: () => 0,
  };
  container.withWaitStrategy(noWait);
  if (settings.command !== undefined) container.withCommand([...settings.command]);
  if (settings.suiteHost !== undefined)
    container.withExtraHosts([{ host: settings.suiteHost, ipAddress: settings.network?.gateway ?? 'host-gateway' }]);
  if (settings.mounts.length > 0) container.withBindMounts([...settings.mounts]);
  if (start.port !== undefined) container.publish(start.port);
  for (const { source, path } of start.files) {
    if ((await stat(source)).isDirectory()) container.withCopyDirectoriesToContainer([{ source, target: path }]);
    else container.withCopyFilesToContainer([{ source, target: path }]);
  }
  return container;
}

/** A confinement in the terms of the engine's API. */
export function hostConfigOf({ memoryBytes, pids, logBytes, linuxCapabilities, newPrivileges }: Confinement) {
  return {
    Memory: memoryBytes,
    // The same number means no swap, which would only slow a leak down.
    MemorySwap: memoryBytes,
    PidsLimit: pids,
    LogConfig: { Type: 'json-file', Config: { 'max-size': String(logBytes), 'max-file': '1' } },
    CapDrop: ['ALL'],
    CapAdd: [...usualCapabilities, ...linuxCapabilities],
    SecurityOpt: newPrivileges ? [] : ['no-new-privileges'],
  };
}

/**
 * No name server in a closed network: some engines would forward its queries to the outside. A program that looks up a name fails
 * within a second, instead of the usual ten.
 */
const withoutNameServer = { Dns: ['127.0.0.1'], DnsOptions: ['timeout:1', 'attempts:1'] };
