import { printable } from '../text/printable.ts';

/**
 * What a TLS handshake, or an upgrade to WebSocket after it, failed of. `plain`: the other side speaks no TLS. `tls`: it does, and the suite does not. `untrusted`, `name`, `date`: one side does not accept the
 * certificate of the other. `no certificate`: one side asks for a certificate that the other does not show. `ended`: the connection
 * ended in the middle of the handshake, without a reason. `version` and `cipher`: the sides have none in common. `websocket`: the other side
 * speaks WebSocket, and the suite does not; `no websocket`: the reverse.
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

/** Alerts with which the other side objects, by their names in OpenSSL; P is the other side, S the suite's. */
const alerts: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ['HANDSHAKE_FAILURE', ['cipher', 'P finds nothing that both sides support, or asks for a certificate that S does not show']],
  ['BAD_CERTIFICATE', ['untrusted', 'P does not accept the certificate of S: its name or its content does not fit']],
  ['UNSUPPORTED_CERTIFICATE', ['untrusted', 'P does not support this kind of certificate, which S shows']],
  ['CERTIFICATE_REVOKED', ['untrusted', 'P says that the certificate of S was revoked']],
  ['CERTIFICATE_EXPIRED', ['date', 'P says that the certificate of S has expired, or is not valid yet']],
  ['CERTIFICATE_UNKNOWN', ['untrusted', 'P does not accept the certificate of S']],
  [
    'UNKNOWN_CA',
    ['untrusted', 'P does not know the authority of the certificate that S shows, or an intermediate certificate is missing'],
  ],
  ['ACCESS_DENIED', ['untrusted', 'P refuses access to the certificate of S']],
  ['DECRYPT_ERROR', ['untrusted', 'P finds that a signature of S is wrong']],
  ['PROTOCOL_VERSION', ['version', 'P supports no version of TLS that S supports: 1.2 and 1.3']],
  ['INSUFFICIENT_SECURITY', ['cipher', 'P asks for stronger ciphers than S supports']],
  ['UNRECOGNIZED_NAME', ['name', 'P does not know the name that it was asked for (SNI)']],
  ['CERTIFICATE_REQUIRED', ['no certificate', 'P asks for a certificate, and S shows none']],
  ['NO_APPLICATION_PROTOCOL', ['other', 'P asks for an application protocol (ALPN)']],
]);

/** What the suite's own side objects to, by the error codes of Node. */
const objections: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ['CERT_HAS_EXPIRED', ['date', 'the certificate of P has expired']],
  ['CERT_NOT_YET_VALID', ['date', 'the certificate of P is not valid yet']],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', ['untrusted', 'P shows a self-signed certificate']],
  ['SELF_SIGNED_CERT_IN_CHAIN', ['untrusted', 'the certificate of P comes from an authority that S does not know']],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ['untrusted', 'P shows a certificate of an authority that S does not know, without the certificates in between'],
  ],
  ['UNABLE_TO_GET_ISSUER_CERT', ['untrusted', 'a certificate is missing between that of P and its authority']],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ['untrusted', 'the certificate of P comes from an authority that S does not know, or an intermediate certificate is missing'],
  ],
  ['CERT_UNTRUSTED', ['untrusted', 'the certificate of P is not meant for this use']],
  ['INVALID_PURPOSE', ['untrusted', 'the certificate of P is not meant for this use']],
  ['CERT_REVOKED', ['untrusted', 'the certificate of P was revoked']],
  ['CERT_SIGNATURE_FAILURE', ['untrusted', 'the certificate of P has a wrong signature']],
  ['ERR_TLS_CERT_ALTNAME_INVALID', ['name', 'the certificate of P bears another name']],
  ['ERR_SSL_WRONG_VERSION_NUMBER', ['plain', 'P does not speak TLS']],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', ['plain', 'P does not speak TLS']],
  ['ERR_SSL_HTTP_REQUEST', ['plain', 'P speaks HTTP without TLS']],
  ['ERR_SSL_HTTPS_PROXY_REQUEST', ['plain', 'P speaks HTTP without TLS']],
  ['ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', ['no certificate', 'P shows no certificate, and S asks for one']],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', ['version', 'P supports no version of TLS that S supports: 1.2 and 1.3']],
  ['ERR_SSL_NO_SHARED_CIPHER', ['cipher', 'P supports no cipher that fits the certificate of S']],
  ['ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM', ['cipher', 'P supports no kind of signature that fits the certificate of S']],
  ['ERR_SSL_DH_KEY_TOO_SMALL', ['cipher', 'P offers a key that is too short']],
  ['ERR_SSL_EE_KEY_TOO_SMALL', ['cipher', 'the certificate of P has a key that is too short']],
  ['ERR_SSL_CA_MD_TOO_WEAK', ['untrusted', 'the certificate of P is signed by a method that is too weak']],
]);

/** An error of a socket, with what Node adds where a certificate bears another name. */
interface SocketError extends NodeJS.ErrnoException {
  readonly cert?: { readonly subjectaltname?: string };
}

/** Why a handshake failed; undefined for an error that does not come from TLS or the upgrade. */
export function tlsFaultOf(error: SocketError, sides: TlsSides): TlsFault | undefined {
  if (error instanceof Distrust) return inWords('suite', ['untrusted', `P is not trusted: ${error.message}`], sides);
  if (error instanceof NoUpgrade) return inWords('suite', ['no websocket', `P ${error.message}`], sides);
  const { cert } = error;
  const code = codeOf(error);
  const alert = /^ERR_SSL_(?:SSL\/TLS|SSLV3|TLSV1|TLSV13)_(?:ALERT_)?(\w+)$/.exec(code)?.[1];
  const own = objections.get(code);
  const borne = cert?.subjectaltname === undefined ? '' : `: ${printable(cert.subjectaltname, 200)}`;
  if (own !== undefined) return inWords('suite', [own[0], `${own[1]}${borne}`], sides);
  if (alert !== undefined)
    return inWords('peer', alerts.get(alert) ?? ['other', `P ended the handshake (${named(alert)})`], sides);
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')
    ? inWords('suite', ['other', `TLS with P failed (${named(code.replace(/^ERR_(?:SSL|TLS)_/, ''))})`], sides)
    : undefined;
}

/** Where a write was under way, Node gives OpenSSL's reason in the message only: `…:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:…`. */
function codeOf({ code = '', message }: SocketError): string {
  const reason = code === 'EPROTO' ? /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] : undefined;
  return reason === undefined ? code : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
}

/** The other side speaks TLS, and the suite does not. */
export function unexpectedTls(sides: TlsSides): TlsFault {
  return inWords('suite', ['tls', 'P speaks TLS, and S does not'], sides);
}

/** The other side speaks no TLS. */
export function unexpectedPlain(sides: TlsSides): TlsFault {
  return inWords('suite', ['plain', 'P does not speak TLS'], sides);
}

/** The other side speaks HTTP, as a WebSocket begins, and the suite speaks MQTT. */
export function unexpectedHttp(sides: TlsSides): TlsFault {
  return inWords('suite', ['websocket', 'P speaks HTTP, and S does not'], sides);
}

/** The other side speaks MQTT without WebSocket. */
export function unexpectedMqtt(sides: TlsSides): TlsFault {
  return inWords('suite', ['no websocket', 'P speaks MQTT without WebSocket'], sides);
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
  return inWords('peer', ['ended', `P ended the connection ${when} the handshake, without a reason`], sides);
}

function inWords(by: TlsFault['by'], [cause, words]: Entry, { peer, suite }: TlsSides): TlsFault {
  return { cause, by, words: words.replaceAll(/\bP\b/g, `the ${peer}`).replaceAll(/\bS\b/g, `the ${suite}`) };
}

/** `NO_RENEGOTIATION` as words. */
const named = (code: string): string => code.toLowerCase().replaceAll('_', ' ');

/** What an error says of a handshake that has not succeeded: a reset connection has ended it. Undefined where it is not about TLS. */
export function handshakeFaultOf(error: SocketError, sides: TlsSides): TlsFault | undefined {
  return tlsFaultOf(error, sides) ?? (error.code === 'ECONNRESET' ? endedHandshake(sides) : undefined);
}
