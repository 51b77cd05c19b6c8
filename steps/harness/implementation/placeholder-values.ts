import { fillPlaceholders, type PlaceholderValues } from './fill-placeholders.ts';
import type { Target } from './target.ts';

/** For a client that takes a device secret when the target file has none. */
export const MADE_UP_SECRET = 'made-up-secret';

/**
 * The values of the placeholders of a start.
 *
 * @param own the values that this start sets: the address
 * @param overrides take precedence over all others
 */
export function valuesFor(target: Target, own: PlaceholderValues, overrides: PlaceholderValues = {}): PlaceholderValues {
  const [{ productKey, deviceName, deviceSecret = MADE_UP_SECRET }] = target.devices;
  return {
    productKey,
    deviceName,
    deviceSecret,
    timestampType: target.timestampTypes[0] ?? 'long',
    ...own,
    ...overrides,
  };
}

/** Fills in the placeholders in a map of texts. @throws Error when one has no value */
export function fillAll(texts: Readonly<Record<string, string>>, values: PlaceholderValues): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fillPlaceholders(text, values)]));
}
