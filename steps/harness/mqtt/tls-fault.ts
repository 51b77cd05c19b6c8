import { printable } from '../text/printable.ts';

/**
 * What a TLS handshake, or an upgrade to WebSocket after it, failed of. `plain`: the other side speaks no TLS. `tls`: it does, and the
 * suite does not. `untrusted`, `name`, `date`: one side does not accept the certificate of the other. `no certificate`: one side asks for a
 * certificate that the other does not show. `ended`: the connection ended in the middle of the handshake, without a reason. `version` and
 * `cipher`: the sides have none in common. `websocket`: the other side speaks WebSocket, and the suite does not; `no websocket`: the
 * reverse.
 */
export type TlsCause =
  | 'plain'
  | 'tls'
  | 'untrusted'
  | 'name'
  | 'date'
  | 'no certificate'
  | 'version'
  | 'cipher'
  | 'ended'
  | 'websocket'
  | 'no websocket'
  | 'other';

/** Why a TLS handshake or an upgrade failed. */
export interface TlsFault {
  readonly cause: TlsCause;
  /** The side that objected. */
  readonly by: 'suite' | 'peer';
  /** In words, with the sides by their names. */
  readonly words: string;
}

/** The two sides in words: "the server" and "the suite", "the client" and "the platform". */
export interface TlsSides {
  readonly peer: 'server' | 'client';
  readonly suite: 'suite' | 'platform';
}

/** The sides of a connection that a played device has opened. */
export const deviceSides: TlsSides = { peer: 'server', suite: 'suite' };

/** The sides of a connection that a client has opened to the played platform. */
export const platformSides: TlsSides = { peer: 'client', suite: 'platform' };

type Entry = readonly [TlsCause, string];

/** Alerts with which the other side objects, by their names in OpenSSL; {peer} is the other side, {suite} the one that the suite plays. */
const alerts: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  [
    'HANDSHAKE_FAILURE',
    ['cipher', '{peer} finds nothing that both sides support, or asks for a certificate that {suite} does not show'],
  ],
  ['BAD_CERTIFICATE', ['untrusted', '{peer} does not accept the certificate of {suite}: its name or its content does not fit']],
  ['UNSUPPORTED_CERTIFICATE', ['untrusted', '{peer} does not support this kind of certificate, which {suite} shows']],
  ['CERTIFICATE_REVOKED', ['untrusted', '{peer} says that the certificate of {suite} was revoked']],
  ['CERTIFICATE_EXPIRED', ['date', '{peer} says that the certificate of {suite} has expired, or is not valid yet']],
  ['CERTIFICATE_UNKNOWN', ['untrusted', '{peer} does not accept the certificate of {suite}']],
  [
    'UNKNOWN_CA',
    [
      'untrusted',
      '{peer} does not know the authority of the certificate that {suite} shows, or an intermediate certificate is missing',
    ],
  ],
  ['ACCESS_DENIED', ['untrusted', '{peer} refuses access to the certificate of {suite}']],
  ['DECRYPT_ERROR', ['untrusted', '{peer} finds that a signature of {suite} is wrong']],
  ['PROTOCOL_VERSION', ['version', '{peer} supports no version of TLS that {suite} supports: 1.2 and 1.3']],
  ['INSUFFICIENT_SECURITY', ['cipher', '{peer} asks for stronger ciphers than {suite} supports']],
  ['UNRECOGNIZED_NAME', ['name', '{peer} does not know the name that it was asked for (SNI)']],
  ['CERTIFICATE_REQUIRED', ['no certificate', '{peer} asks for a certificate, and {suite} shows none']],
  ['NO_APPLICATION_PROTOCOL', ['other', '{peer} asks for an application protocol (ALPN)']],
]);

/** What the suite's own side objects to, by the error codes of Node. */
const objections: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ['CERT_HAS_EXPIRED', ['date', 'the certificate of {peer} has expired']],
  ['CERT_NOT_YET_VALID', ['date', 'the certificate of {peer} is not valid yet']],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', ['untrusted', '{peer} shows a self-signed certificate']],
  ['SELF_SIGNED_CERT_IN_CHAIN', ['untrusted', 'the certificate of {peer} comes from an authority that {suite} does not know']],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ['untrusted', '{peer} shows a certificate of an authority that {suite} does not know, without the certificates in between'],
  ],
  ['UNABLE_TO_GET_ISSUER_CERT', ['untrusted', 'a certificate is missing between that of {peer} and its authority']],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    [
      'untrusted',
      'the certificate of {peer} comes from an authority that {suite} does not know, or an intermediate certificate is missing',
    ],
  ],
  ['CERT_UNTRUSTED', ['untrusted', 'the certificate of {peer} is not meant for this use']],
  ['INVALID_PURPOSE', ['untrusted', 'the certificate of {peer} is not meant for this use']],
  ['CERT_REVOKED', ['untrusted', 'the certificate of {peer} was revoked']],
  ['CERT_SIGNATURE_FAILURE', ['untrusted', 'the certificate of {peer} has a wrong signature']],
  ['ERR_TLS_CERT_ALTNAME_INVALID', ['name', 'the certificate of {peer} bears another name']],
  ['ERR_SSL_WRONG_VERSION_NUMBER', ['plain', '{peer} does not speak TLS']],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', ['plain', '{peer} does not speak TLS']],
  ['ERR_SSL_HTTP_REQUEST', ['plain', '{peer} speaks HTTP without TLS']],
  ['ERR_SSL_HTTPS_PROXY_REQUEST', ['plain', '{peer} speaks HTTP without TLS']],
  ['ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', ['no certificate', '{peer} shows no certificate, and {suite} asks for one']],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', ['version', '{peer} supports no version of TLS that {suite} supports: 1.2 and 1.3']],
  ['ERR_SSL_NO_SHARED_CIPHER', ['cipher', '{peer} supports no cipher that fits the certificate of {suite}']],
  [
    'ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM',
    ['cipher', '{peer} supports no kind of signature that fits the certificate of {suite}'],
  ],
  ['ERR_SSL_DH_KEY_TOO_SMALL', ['cipher', '{peer} offers a key that is too short']],
  ['ERR_SSL_EE_KEY_TOO_SMALL', ['cipher', 'the certificate of {peer} has a key that is too short']],
  ['ERR_SSL_CA_MD_TOO_WEAK', ['untrusted', 'the certificate of {peer} is signed by a method that is too weak']],
]);

/** An error of a socket, with what Node adds where a certificate bears another name. */
interface SocketError extends NodeJS.ErrnoException {
  readonly cert?: { readonly subjectaltname?: string };
}

/** Why a handshake failed; undefined for an error that does not come from TLS or the upgrade. */
export function tlsFaultOf(error: SocketError, sides: TlsSides): TlsFault | undefined {
  if (error instanceof Distrust) return inWords('suite', ['untrusted', '{peer} is not trusted: '], sides, error.message);
  if (error instanceof NoUpgrade) return inWords('suite', ['no websocket', '{peer} '], sides, error.message);
  const { cert } = error;
  const code = codeOf(error);
  const alert = /^ERR_SSL_(?:SSL\/TLS|SSLV3|TLSV1|TLSV13)_(?:ALERT_)?(\w+)$/.exec(code)?.[1];
  const own = objections.get(code);
  const borne = cert?.subjectaltname === undefined ? '' : `: ${printable(cert.subjectaltname, 200)}`;
  if (own !== undefined) return inWords('suite', own, sides, borne);
  if (alert !== undefined)
    return inWords('peer', alerts.get(alert) ?? ['other', `{peer} ended the handshake (${named(alert)})`], sides);
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')
    ? inWords('suite', ['other', `TLS with {peer} failed (${named(code.replace(/^ERR_(?:SSL|TLS)_/, ''))})`], sides)
    : undefined;
}

/** Where a write was under way, Node gives OpenSSL's reason in the message only: `…:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:…`. */
function codeOf({ code = '', message }: SocketError): string {
  const reason = code === 'EPROTO' ? /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] : undefined;
  return reason === undefined ? code : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
}

/** The other side speaks TLS, and the suite does not. */
export function unexpectedTls(sides: TlsSides): TlsFault {
  return inWords('suite', ['tls', '{peer} speaks TLS, and {suite} does not'], sides);
}

/** The other side speaks no TLS. */
export function unexpectedPlain(sides: TlsSides): TlsFault {
  return inWords('suite', ['plain', '{peer} does not speak TLS'], sides);
}

/** The other side speaks HTTP, as a WebSocket begins, and the suite speaks MQTT. */
export function unexpectedHttp(sides: TlsSides): TlsFault {
  return inWords('suite', ['websocket', '{peer} speaks HTTP, and {suite} does not'], sides);
}

/** The other side speaks MQTT without WebSocket. */
export function unexpectedMqtt(sides: TlsSides): TlsFault {
  return inWords('suite', ['no websocket', '{peer} speaks MQTT without WebSocket'], sides);
}

/** A fault in words, with what has failed. */
export function failureInWords({ cause, words }: TlsFault): string {
  return `${cause === 'websocket' || cause === 'no websocket' ? 'WebSocket' : 'TLS'} failed: ${words}`;
}

/** The other side asks for no WebSocket, in words that follow its name, where it has to. */
export class NoUpgrade extends Error {
  override readonly name = 'NoUpgrade';
  /** What it sent instead. */
  readonly bytes: Buffer;

  constructor(what: string, bytes: Buffer = Buffer.alloc(0)) {
    super(what);
    this.bytes = bytes;
  }
}

/** The suite's own reason not to trust a certificate, beyond those of Node. */
export class Distrust extends Error {
  override readonly name = 'Distrust';
}

/** The other side has ended the connection in the middle of the handshake, or just after it, and has not said why. */
export function endedHandshake(sides: TlsSides, when: 'during' | 'after' = 'during'): TlsFault {
  return inWords('peer', ['ended', `{peer} ended the connection ${when} the handshake, without a reason`], sides);
}

/** @param foreign what others wrote, which follows the words as it is */
function inWords(by: TlsFault['by'], [cause, words]: Entry, { peer, suite }: TlsSides, foreign = ''): TlsFault {
  const filled = words.replaceAll('{peer}', `the ${peer}`).replaceAll('{suite}', `the ${suite}`);
  return { cause, by, words: filled + foreign };
}

/** `NO_RENEGOTIATION` as words. */
const named = (code: string): string => code.toLowerCase().replaceAll('_', ' ');

/** What an error says of a handshake that has not succeeded: a reset connection has ended it. Undefined where it is not about TLS. */
export function handshakeFaultOf(error: SocketError, sides: TlsSides): TlsFault | undefined {
  return tlsFaultOf(error, sides) ?? (error.code === 'ECONNRESET' ? endedHandshake(sides) : undefined);
}
