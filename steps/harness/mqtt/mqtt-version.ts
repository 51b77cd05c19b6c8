import type { IConnackPacket } from 'mqtt-packet';

/** A version of MQTT as a CONNECT names it. */
export function protocolVersionOf(mqttVersion: string): 4 | 5 {
  return mqttVersion === '5' ? 5 : 4;
}

/** The code of a CONNACK, in either version: 0 accepts. */
export function connackCode({ reasonCode, returnCode }: IConnackPacket): number {
  return reasonCode ?? returnCode ?? 0;
}
