import type { Identity } from '../implementation/target.ts';
import type { Message } from '../message/message.ts';
import { topicOf } from '../message/ntp-topics.ts';
import { requestPayload } from '../message/request-payload.ts';
import { ConnectError, type DeviceOptions } from './device.ts';
import { RawDevice } from './raw-device.ts';

/** What a device with wrong credentials does once it is connected. */
export interface UnauthenticatedOptions extends DeviceOptions {
  /** In whose name. */
  readonly identity: Identity;
  /** A deviceSendTime that no other request of the run has. */
  readonly digits: string;
  /** Subscribes and asks at once, before it knows whether it is accepted. */
  readonly hasty: boolean;
}

/** How a server received a device with wrong credentials. */
export interface Reception {
  /** By CONNACK. */
  readonly accepted: boolean;
  /** The response to its request, where there was one. */
  readonly response: Message | undefined;
  /** Whether the server had left the connection open when the deadline was over. */
  readonly open: boolean;
  /** What the server did, in words. */
  readonly how: string;
}

/**
 * Connects with wrong credentials, and asks for the time where the server does not refuse the connection: only that shows whether it
 * serves such a device. Ends as soon as the server has refused or answered, or has closed the connection.
 */
export async function connectUnauthenticated(options: UnauthenticatedOptions): Promise<Reception> {
  const device = RawDevice.begin(options);
  try {
    const asking = options.hasty ? ask(device, options) : undefined;
    const refusal = await device.accepted().then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof ConnectError) return error.message;
        throw error;
      },
    );
    // A device that was refused before it asked will not be answered.
    if (refusal !== undefined && asking === undefined)
      return { accepted: false, response: undefined, open: device.inbox.closed === undefined, how: refusal };
    await (asking ?? ask(device, options));
    const response = await device.inbox.until(
      () => device.inbox.messages.find(({ topic }) => topic === topicOf(options.identity, 'response')),
      options.deadline,
    );
    const { closed } = device.inbox;
    return {
      accepted: refusal === undefined,
      response,
      open: closed === undefined,
      how: [refusal ?? 'CONNACK accepted it', ...(closed === undefined ? [] : [closed])].join(', then: '),
    };
  } finally {
    device.cut();
  }
}

async function ask(device: RawDevice, { identity, digits, requests, hasty }: UnauthenticatedOptions): Promise<void> {
  const granted = device.subscribe(topicOf(identity, 'response'), 0);
  // Without waiting for CONNACK there is no waiting for SUBACK either.
  if (!hasty) await granted;
  await requests?.wait();
  device.publish(topicOf(identity, 'request'), requestPayload({ type: 'Long', digits }), 0);
  if (hasty) await granted;
}
