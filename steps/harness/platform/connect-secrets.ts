import type { IConnectPacket } from 'mqtt-packet';
import { signaturesOf } from '../implementation/hmac.ts';
import type { Identity, Target } from '../implementation/target.ts';
import { learnSecret } from '../text/secrets.ts';

/** What looks like a signature in hexadecimal digits: the shortest one is that of MD5. */
const signature = /[\da-f]{32,}/gi;

/**
 * Keeps out of every report what a client's CONNECT shows of its secrets: its password, which is derived from the device secret or built
 * into the client, and signatures, also in a place where they do not belong. Names are no secrets.
 *
 * @param identity the device that the client is to be; undefined where it is not recognised
 * @param targets those whose lists grow
 */
export function learnConnect(
  packet: IConnectPacket,
  identity: Identity | undefined,
  ...targets: readonly Pick<Target, 'secrets'>[]
): void {
  const { username = '', clientId } = packet;
  const password = packet.password?.toString('utf8') ?? '';
  const known = identity === undefined ? [] : signaturesOf(clientId, identity);
  // The bars hold attributes, in which a signature may stand; before them it may be a number of the client.
  const [, attributes = ''] = /\|(.*)/s.exec(clientId) ?? [];
  const found = [username, attributes].flatMap((text) => text.match(signature) ?? []);
  for (const secret of [...(isName(password, identity) ? [] : [password]), ...known, ...found])
    for (const { secrets } of targets) learnSecret(secrets, secret);
}

function isName(password: string, { productKey, deviceName }: Partial<Identity> = {}): boolean {
  return [productKey, deviceName, `${deviceName}&${productKey}`].includes(password);
}
