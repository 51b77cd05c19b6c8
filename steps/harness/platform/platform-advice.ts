import type { TlsCause, TlsFault } from '../mqtt/tls-fault.ts';

/** What to change where the certificate of the platform does not suit the client. */
const certificate = (host: string): string =>
  'Let tls.certificate in the target file be one that the client accepts: of an authority that it knows, with the certificates in between, ' +
  `valid now, and for the host that it connects to (${host})`;

const advice: Readonly<Partial<Record<TlsCause, string>>> = {
  plain:
    'The target file has tls, so that the platform speaks nothing else: let the client speak TLS, or take tls out of the target file',
  tls: 'The target file has no tls: name the certificate of the platform and its key by tls.certificate and tls.key, or let the client connect without TLS',
  websocket: 'The target file does not say transport: websocket: add it, or let the client connect without WebSocket',
  'no websocket':
    'The target file says transport: websocket, so that the platform speaks nothing else: let the client ask for a WebSocket with the ' +
    'sub-protocol mqtt, or take transport out of the target file',
  'no certificate':
    'By tls.ca the target file asks the client for a certificate of that authority: give it one, or take tls.ca out',
  version: 'Let the client support TLS 1.2 or 1.3',
  cipher: 'Let tls.certificate and tls.key in the target file have a kind of key that the client supports (RSA, EC)',
};

/**
 * What to change where a client and the platform do not come to speak TLS or WebSocket, in a sentence.
 *
 * @param host where the client connects to
 */
export function platformAdvice({ cause, by }: TlsFault, host: string): string {
  const own = by === 'suite' && (cause === 'untrusted' || cause === 'date' || cause === 'name');
  return own
    ? 'Give the client a certificate of the authority that the target file names by tls.ca'
    : (advice[cause] ?? certificate(host));
}
