import type { NtpDevice } from '../harness/device/ntp-device.ts';
import { readPayload } from '../harness/message/payload.ts';

/** The topics on which something with the deviceSendTime of an unanswered request has come, other than its response topic. */
export function echoesElsewhere(device: NtpDevice): string[] {
  const missed = new Set(device.requests.filter(({ responses }) => responses.length === 0).map((r) => r.timestamp?.digits));
  const foreign = device.responses.filter(({ request }) => request === undefined).map(({ message }) => message);
  const echoes = [...device.others, ...foreign].filter(
    ({ topic, payload }) =>
      topic !== device.responseTopic && missed.has(String(readPayload(payload).members.get('deviceSendTime')?.number)),
  );
  return [...new Set(echoes.map(({ topic }) => topic))];
}
