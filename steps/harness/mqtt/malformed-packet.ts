import type { Packet } from 'mqtt-packet';

/** What came is not MQTT. The message says what it was. */
export class MalformedPacket extends Error {
  override readonly name: string = 'MalformedPacket';
}

/** More came than a connection may bring. The message says what was too much. */
export class ExcessivePacket extends MalformedPacket {
  override readonly name = 'ExcessivePacket';
  /** Whether one packet was too long, or all of them together were too many. */
  readonly of: 'packet' | 'connection';

  constructor(message: string, of: ExcessivePacket['of']) {
    super(message);
    this.of = of;
  }
}

/** @throws MalformedPacket when the packet id is 0 or was not sent (MQTT-2.3.1-1) */
export function requireId({ cmd, messageId }: Packet): number {
  if (messageId === undefined || messageId < 1) throw new MalformedPacket(`${cmd.toUpperCase()} without a packet id`);
  return messageId;
}
