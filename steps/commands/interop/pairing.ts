import { deviceKey } from '../../harness/implementation/device-key.ts';
import type { DeclaredTimestampType, Identity, Target } from '../../harness/implementation/target.ts';
import { speaksTls } from '../../harness/implementation/transport.ts';
import type { Latency } from '../../harness/mqtt/link.ts';

/** The device as which the client connects to the server, or why it cannot. */
export type Match = { readonly identity: Identity } | { readonly inapplicable: string };

/** Whether a client can be connected to a server through a recording link, judged by their target files. */
export function matchOf(server: Target, client: Target): Match {
  const secured = [server, client].find((target) => speaksTls(target));
  if (secured !== undefined) {
    const why = 'interop records plain TCP: use target files without TLS for both';
    return { inapplicable: `${secured.name} speaks TLS, and ${why}` };
  }
  const webSocket = [server, client].find(({ webSocketPath }) => webSocketPath !== undefined);
  if (webSocket !== undefined) {
    const why = 'interop records plain TCP: use target files without WebSocket for both';
    return { inapplicable: `${webSocket.name} speaks WebSocket, and ${why}` };
  }
  if (client.sync.kind === 'publish')
    return {
      inapplicable: `${client.name} asks when the platform publishes a message to it (sync.publish), and interop publishes nothing: name a target file with another sync`,
    };
  if (server.auth?.kind === 'aliyun-hmac' && !client.capabilities.has('aliyun-hmac'))
    return {
      inapplicable: `${server.name} accepts only devices that sign their CONNECT (auth: aliyun-hmac), and ${client.name} does not declare that (capabilities: [aliyun-hmac])`,
    };
  if (server.auth?.kind === 'password' && client.capabilities.has('aliyun-hmac'))
    return {
      inapplicable: `${client.name} signs (capabilities: [aliyun-hmac]), and ${server.name} lets in only devices with a user name and a password of its own (auth)`,
    };
  const [first] = server.devices;
  const [own] = client.devices;
  // A server that accepts any device also accepts the device whose secret stands in the client's target file.
  if (!client.onlyThese)
    return { identity: !server.onlyThese && first.deviceSecret === undefined && own.deviceSecret !== undefined ? own : first };
  const known = server.devices.find((device) => deviceKey(device) === deviceKey(own));
  if (known === undefined && server.onlyThese) {
    const name = deviceKey(own);
    return {
      inapplicable: `${client.name} is the device ${name} and cannot be another one, and ${server.name} does not know it: add it to the devices of the server's target file`,
    };
  }
  return { identity: { ...own, ...known } };
}

/** A planned start of a client. */
export interface PlannedStart {
  readonly type: DeclaredTimestampType;
  readonly latency: Latency;
}

/** The latency of a slow link, in ms: different in each direction, and larger than the error that the suite cannot detect. */
const far: Latency = { forth: 200, back: 50 };
const near: Latency = { forth: 0, back: 0 };

/** The shortest deadline of a client that allows a slow link, in ms: four round trips, to connect, subscribe, ask and one in reserve. */
const farWithinMs = 4 * (far.forth + far.back) + 1000;

/** The planned starts of a client, for each timestamp type that it supports. If its deadline allows, the last one has a slow link. */
export function planOf({ timestampTypes, withinMs }: Target, starts: number): PlannedStart[] {
  return timestampTypes.flatMap((type) =>
    Array.from({ length: starts }, (_, index) => ({
      type,
      latency: starts > 1 && index === starts - 1 && withinMs >= farWithinMs ? far : near,
    })),
  );
}
