import { deviceKey } from '../../harness/implementation/device-key.ts';
import type { DeclaredTimestampType, Identity, Target } from '../../harness/implementation/target.ts';
import { speaksTls } from '../../harness/implementation/transport.ts';
import type { Latency } from '../../harness/mqtt/link.ts';

/** Who the client is against a server, or why it cannot be run against it. */
export type Match = { readonly identity: Identity } | { readonly inapplicable: string };

/** Whether a client can be run against a server with a link between them that reads what passes, by their target files alone. */
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
  if (first === undefined || own === undefined) throw new Error('a target has at least one device');
  // A server that knows any device may well be shown the one whose secret the client's file names.
  if (!client.onlyThese)
    return { identity: !server.onlyThese && first.deviceSecret === undefined && own.deviceSecret !== undefined ? own : first };
  const same = ({ productKey, deviceName }: Identity): boolean => productKey === own.productKey && deviceName === own.deviceName;
  const known = server.devices.find(same);
  if (known === undefined && server.onlyThese) {
    const name = deviceKey(own);
    return {
      inapplicable: `${client.name} is the device ${name} and cannot be another one, and ${server.name} does not know it: add it to the devices of the server's target file`,
    };
  }
  return { identity: { ...own, ...known } };
}

/** One start of a client, as it is planned. */
export interface PlannedStart {
  readonly type: DeclaredTimestampType;
  readonly latency: Latency;
}

/** The link of a start that has a latency, in ms: not the same in both directions, and more than the error that the suite cannot see. */
const far: Latency = { forth: 200, back: 50 };
const near: Latency = { forth: 0, back: 0 };

/** How long a client must be allowed to take for a start on that link, in ms: it connects, subscribes, asks, and may do one thing more. */
const farWithinMs = 4 * (far.forth + far.back) + 1000;

/** The starts of a client: so many of each type that it offers, the last of them on a link with a latency where its deadline allows. */
export function planOf({ timestampTypes, withinMs }: Target, starts: number): PlannedStart[] {
  return timestampTypes.flatMap((type) =>
    Array.from({ length: starts }, (_, index) => ({
      type,
      latency: starts > 1 && index === starts - 1 && withinMs >= farWithinMs ? far : near,
    })),
  );
}
