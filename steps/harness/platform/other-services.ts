import type { Identity } from '../implementation/target.ts';

/**
 * What a platform sends a device for other services than NTP: properties, an upgrade, the shadow, and a topic of the product's own. Their
 * members are named like times and hold one, but none of these messages is a response.
 *
 * @param timeMs the time that they hold
 */
export function otherServices({ productKey, deviceName }: Identity, timeMs: number): { topic: string; payload: string }[] {
  const device = `${productKey}/${deviceName}`;
  const times = { time: timeMs, timestamp: timeMs, serverRecvTime: timeMs, serverSendTime: timeMs };
  const messages: readonly (readonly [string, unknown])[] = [
    [
      `/sys/${device}/thing/service/property/set`,
      { method: 'thing.service.property.set', id: '7', version: '1.0.0', params: times },
    ],
    [`/sys/${device}/thing/event/property/post_reply`, { code: 200, id: '7', message: 'success', data: times, time: timeMs }],
    [`/ota/device/upgrade/${device}`, { code: '1000', id: timeMs, message: 'success', data: { version: '2.0.0', ...times } }],
    [`/shadow/get/${device}`, { method: 'control', version: 1, timestamp: timeMs, payload: { state: { desired: times } } }],
    [`/${device}/user/get`, { time: timeMs, timestamp: timeMs }],
  ];
  return messages.map(([topic, body]) => ({ topic, payload: JSON.stringify(body) }));
}
