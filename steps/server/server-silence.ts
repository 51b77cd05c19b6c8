import type { NtpDevice } from '../harness/device/ntp-device.ts';
import type { ServerRun } from '../harness/device/server-run.ts';
import { readPayload } from '../harness/message/payload.ts';
import type { Judge } from '../support/world.ts';

/** Ends the scenario at once where the server has not answered anything yet: each wait would take its whole deadline. @throws NonConformance */
export function requireAnyAnswer(judge: Judge, run: ServerRun): void {
  const { ledger, state } = run;
  // What depends on nothing is always judged.
  if (judge.requirement.dependsOn.length === 0 || !ledger.run.mute || !state.readsAll) return;
  run.note('device', 'does not ask: no scenario before this one had a response');
  judge.fail({
    expected: 'a server that answers',
    received: 'no response in any scenario before this one; nothing was asked here',
    cause: 'silence',
  });
}

/** How many of the last lines of a server that has ended are shown. */
const mostLastLines = 15;

/** Takes the end of a server that has ended, and its last lines, into the trace of the scenario that fails first. */
export function reportEnd(serverRun: ServerRun): void {
  const { started, state } = serverRun;
  const ended = started.ended();
  if (ended === undefined || state.endReported) return;
  state.endReported = true;
  const printed = started.output().filter((line) => line.trim() !== '');
  for (const text of [ended.words, ...printed.slice(-mostLastLines).map((line) => `output: ${line}`)])
    serverRun.note('server', text);
}

/** Why no response can reach a device any more, in words; undefined where it is connected to a server that runs. */
export async function cutOff(device: NtpDevice, { started, state }: ServerRun): Promise<string | undefined> {
  const ended = device.closed === undefined ? started.ended()?.words : await state.fate();
  return ended === undefined ? device.closed : `the server ${ended}`;
}

/** What was seen of a server instead of a response to a device. */
export async function silenceOf(device: NtpDevice, serverRun: ServerRun): Promise<string> {
  const why = await cutOff(device, serverRun);
  if (why !== undefined) return `no response: ${why}`;
  const elsewhere = echoesElsewhere(device);
  return elsewhere.length === 0 ? 'no response' : `no response there, but its echo came on ${elsewhere.join(', ')}`;
}

/** The topics on which something with the deviceSendTime of an unanswered request has come, other than its response topic. */
function echoesElsewhere(device: NtpDevice): string[] {
  const missed = new Set(device.requests.filter(({ responses }) => responses.length === 0).map((r) => r.timestamp?.digits));
  const foreign = device.responses.filter(({ request }) => request === undefined).map(({ message }) => message);
  const echoes = [...device.others, ...foreign].filter(
    ({ topic, payload }) =>
      topic !== device.responseTopic && missed.has(String(readPayload(payload).members.get('deviceSendTime')?.number)),
  );
  return [...new Set(echoes.map(({ topic }) => topic))];
}
