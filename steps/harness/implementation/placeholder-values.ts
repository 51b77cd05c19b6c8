import { fillPlaceholders, type PlaceholderValues } from './fill-placeholders.ts';
import type { Target } from './target.ts';

/** For a client that is given a secret where the target file names none. */
const MADE_UP_SECRET = 'made-up-secret';

/** What the placeholders of a start stand for, the overrides last. */
export function valuesFor(target: Target, own: PlaceholderValues, overrides: PlaceholderValues = {}): PlaceholderValues {
  const device = target.devices[0];
  return {
    ...(device === undefined ? {} : { productKey: device.productKey, deviceName: device.deviceName }),
    deviceSecret: device?.deviceSecret ?? MADE_UP_SECRET,
    timestampType: target.timestampTypes[0] ?? 'long',
    ...own,
    ...overrides,
  };
}

/** A map of texts with its placeholders filled in. */
export function fillAll(texts: Readonly<Record<string, string>>, values: PlaceholderValues): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fillPlaceholders(text, values)]));
}
