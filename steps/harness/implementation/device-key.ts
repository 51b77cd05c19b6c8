import type { Identity } from './target.ts';

/** What tells a device from all others, as the features name it: "productKey/deviceName". */
export function deviceKey({ productKey, deviceName }: Pick<Identity, 'productKey' | 'deviceName'>): string {
  return `${productKey}/${deviceName}`;
}
