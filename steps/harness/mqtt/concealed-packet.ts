import { generate } from 'mqtt-packet';
import { conceal } from '../text/secrets.ts';
import type { Frame } from './frame.ts';

/** Members of a packet that are always secrets. */
const alwaysSecret = new Set(['password', 'authenticationData']);

/** Members of a packet that are no text of either side. */
const structure = new Set(['cmd', 'protocolId']);

/**
 * The bytes of a packet with `(secret)` in place of passwords, authentication data and every secret.
 *
 * @param protocolVersion that of the connection: 3, 4 or 5
 * @returns the same buffer where it holds no secret; undefined where it holds one and cannot be encoded without it
 */
export function concealPacket(
  { packet, bytes }: Pick<Frame, 'packet' | 'bytes'>,
  secrets: readonly string[],
  protocolVersion: number,
): Buffer | undefined {
  let hidden = false;
  const shown = (text: string): string => {
    const result = conceal(text, secrets);
    hidden ||= result !== text;
    return result;
  };
  const copy = (value: unknown): unknown => {
    if (typeof value === 'string') return shown(value);
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Uint8Array) {
      const text = Buffer.from(value).toString('utf8');
      const result = shown(text);
      return result === text ? value : Buffer.from(result);
    }
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyMember(name, member)]));
  };
  const copyMember = (name: string, member: unknown): unknown => {
    if (structure.has(name)) return member;
    if (!alwaysSecret.has(name) || (member as Buffer | undefined)?.length === undefined) return copy(member);
    hidden = true;
    return Buffer.from('(secret)');
  };
  const safe = copy(packet) as Frame['packet'];
  if (!hidden) return bytes;
  try {
    return generate(safe, { protocolVersion });
  } catch {
    return undefined;
  }
}
