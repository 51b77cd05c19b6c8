import type { IPublishPacket } from 'mqtt-packet';
import type { Delivery } from './client-decision.ts';

/** A PUBLISH of the platform. @param messageId its packet id, where its QoS needs one */
export function publishPacket(
  topic: string,
  payload: string | Uint8Array,
  { qos, retain, dup }: Required<Delivery>,
  messageId: number,
  properties?: IPublishPacket['properties'],
): IPublishPacket {
  return {
    cmd: 'publish',
    topic,
    payload: Buffer.from(payload),
    qos,
    retain,
    dup,
    ...(qos > 0 ? { messageId } : {}),
    ...(properties === undefined ? {} : { properties }),
  };
}
