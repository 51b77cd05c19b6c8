import { generate, type Packet } from 'mqtt-packet';
import type { Frame } from '../harness/mqtt/frame.ts';
import { PacketReader } from '../harness/mqtt/packet-reader.ts';
import { packetLimit } from '../harness/mqtt/receive-limits.ts';
import { Trace } from '../harness/mqtt/trace.ts';

/** Recorded MQTT 3.1.1 frames of one connection of a device, 1 ms apart; the first has the time of the page's example. */
export function framesOf(...packets: readonly (readonly [Frame['direction'], object])[]): Frame[] {
  const stream = {};
  return packets.flatMap(([direction, packet], index) => {
    const limits = packetLimit(1_000_000);
    const reader = new PacketReader({ limits, protocolVersion: 4, direction, connection: 'device', stream });
    const frames = [...reader.read(generate(packet as Packet))];
    return frames.map((frame) => ({ ...frame, atUs: index * 1000, wallMs: 1_571_724_098_000 + index }));
  });
}

/** A trace that has recorded these frames. */
export function traceOf(...frames: readonly Frame[]): Trace {
  const trace = new Trace();
  for (const frame of frames) trace.record(frame);
  return trace;
}
