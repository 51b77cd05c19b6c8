import type { Role } from '../../requirements/requirement.ts';
import type { ExchangeRecord } from '../../verdict/report.ts';
import type { Markup } from '../html/html.ts';
import { sequence } from '../html/sequence.ts';
import { texts } from './texts.ts';

/** A cell such as `1571724098110 (serverRecvTime)`. */
const stampCell = /(\d+) \((deviceSendTime|serverRecvTime|serverSendTime|deviceRecvTime)\)/g;

/** A drawing of the exchange whose four timestamps are in a description's table; undefined if there is none. */
export function drawnExample(description: string, role: Role): Markup | undefined {
  const stamps = new Map([...description.matchAll(stampCell)].map(([, digits = '', name = '']) => [name, digits]));
  const [deviceSendTime, serverRecvTime, serverSendTime, deviceRecvTime] = [
    stamps.get('deviceSendTime'),
    stamps.get('serverRecvTime'),
    stamps.get('serverSendTime'),
    stamps.get('deviceRecvTime'),
  ];
  if (deviceSendTime === undefined || deviceRecvTime === undefined) return undefined;
  if (serverRecvTime === undefined || serverSendTime === undefined) return undefined;
  const exchange: ExchangeRecord = {
    n: 1,
    asker: 'device',
    atMs: 0,
    deviceSendTime,
    answers: [
      { afterMs: Number(BigInt(deviceRecvTime) - BigInt(deviceSendTime)), serverRecvTime, serverSendTime, deviceRecvTime },
    ],
  };
  return sequence(exchange, role, texts.drawing);
}
