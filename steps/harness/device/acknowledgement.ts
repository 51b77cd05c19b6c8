import type { Packet } from 'mqtt-packet';

/**
 * What a device sends back for a packet of the server by the rules of QoS 1 and 2: a server may close the connection of a device that
 * does not. Undefined where nothing is to be sent.
 */
export function acknowledgementOf(packet: Packet): Packet | undefined {
  const { messageId } = packet;
  if (messageId === undefined) return undefined;
  if (packet.cmd === 'publish' && packet.qos > 0) return { cmd: packet.qos === 1 ? 'puback' : 'pubrec', messageId };
  if (packet.cmd === 'pubrec') return { cmd: 'pubrel', messageId };
  return packet.cmd === 'pubrel' ? { cmd: 'pubcomp', messageId } : undefined;
}
