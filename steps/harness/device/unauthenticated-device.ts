import { ConnectError, type DeviceOptions } from './device.ts';
import type { Message } from './inbox.ts';
import { RawDevice } from './raw-device.ts';

/** What a stranger does, beside showing wrong credentials. */
export interface UnauthenticatedOptions extends DeviceOptions {
  readonly responseTopic: string;
  readonly requestTopic: string;
  /** A request that nobody else of the run makes. */
  readonly request: string;
  /** Subscribes and asks at once, before it knows whether it is accepted. */
  readonly hasty: boolean;
}

/** How a server received a stranger. */
export interface Reception {
  /** By CONNACK. */
  readonly accepted: boolean;
  /** The response that it got, where it got one. */
  readonly response: Message | undefined;
  /** Whether the server had left the connection open when the deadline was over. */
  readonly open: boolean;
  /** What the server did, in words. */
  readonly how: string;
}

/**
 * Connects as a stranger, and asks for the time where the server does not refuse that: only then is it known whether the stranger is
 * served. Ends as soon as the server has refused or served it, or has closed the connection.
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
    // Who was refused and did not ask cannot be served any more.
    if (refusal !== undefined && asking === undefined)
      return { accepted: false, response: undefined, open: device.inbox.closed === undefined, how: refusal };
    await (asking ?? ask(device, options));
    const response = await device.inbox.until(
      () => device.inbox.messages.find(({ topic }) => topic === options.responseTopic),
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

async function ask(device: RawDevice, { responseTopic, requestTopic, request, hasty }: UnauthenticatedOptions): Promise<void> {
  const granted = device.subscribe(responseTopic, 0);
  // Whoever waits for no CONNACK waits for no SUBACK.
  if (!hasty) await granted;
  device.publish(requestTopic, request, 0);
  if (hasty) await granted;
}
