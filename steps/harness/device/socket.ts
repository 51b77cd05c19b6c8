import { createConnection, type OnReadOpts, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkServerIdentity, connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import { openWebSocket } from './web-socket.ts';

/** Where a device connects to. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** The URL of MQTT over WebSocket, even where the connection is made to another address; absent where TCP or TLS carry MQTT themselves. */
  readonly webSocket?: string;
  /** Opens a connection otherwise than over TCP or TLS, as the fuzzing does. */
  readonly open?: () => Socket;
  /** PEM texts; present when the server speaks TLS. */
  readonly tls?: {
    readonly ca?: string;
    readonly selfSigned: boolean;
    readonly serverName: string;
    /** The name or address that the server's certificate must bear, even where the connection is made to another one. */
    readonly bears: string;
    readonly certificate?: string;
    readonly key?: string;
  };
}

/** What many connections share, so that each needs less memory. */
export interface SharedResources {
  /** The local address that they come from. */
  readonly from?: string | undefined;
  /** The certificates, read by {@link tlsContext}. */
  readonly context?: SecureContext | undefined;
  /** Where what comes over TCP is put before `read` is called with it, instead of the event `data`. TLS and WebSocket do not have this. */
  readonly receiveBuffer?: { readonly buffer: Buffer; readonly read: (chunk: Buffer) => void };
}

/** Opens what carries MQTT: TCP, TLS, or a WebSocket on one of them. */
export function openStream(address: Address): Duplex {
  return streamOn(openSocket(address), address);
}

/** What carries MQTT on a connection that {@link openSocket} opened to the same address: the connection itself, or a WebSocket on it. */
export function streamOn(socket: Socket, { webSocket }: Pick<Address, 'webSocket'>): Duplex {
  return webSocket === undefined ? socket : openWebSocket(socket, webSocket);
}

/** Opens TCP or TLS. TCP_NODELAY always, or a measured latency would be that of Nagle's algorithm. */
export function openSocket(address: Address, { from, context, receiveBuffer }: SharedResources = {}): Socket {
  const { host, port, tls, webSocket, open } = address;
  if (open !== undefined) return open();
  const local = from === undefined ? {} : { localAddress: from };
  if (tls === undefined)
    return createConnection({
      host,
      port,
      noDelay: true,
      ...local,
      ...(receiveBuffer === undefined || webSocket !== undefined ? {} : { onread: onread(receiveBuffer) }),
    });
  const socket = connectTls({
    host,
    port,
    ...local,
    servername: tls.serverName,
    rejectUnauthorized: !tls.selfSigned,
    // With a link in between, the address that is connected to is not the server's.
    checkServerIdentity: (_, certificate) => checkServerIdentity(tls.bears, certificate),
    secureContext: context ?? tlsContext(tls),
  });
  socket.setNoDelay(true);
  return socket;
}

function onread({ buffer, read }: NonNullable<SharedResources['receiveBuffer']>): OnReadOpts {
  return {
    buffer,
    callback: (length, bytes) => {
      read(Buffer.from(bytes.subarray(0, length)));
      return true;
    },
  };
}

/** Reads the certificates of an address, once for all connections that share them. */
export function tlsContext({ ca, certificate, key }: NonNullable<Address['tls']>): SecureContext {
  return createSecureContext({
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  });
}
