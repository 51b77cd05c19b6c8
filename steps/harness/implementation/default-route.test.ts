import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultRoute } from './default-route.ts';

const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';

describe('default route', () => {
  it('is the gateway of the route to everywhere', () => {
    const table = `${header}\neth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\neth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n`;
    equal(defaultRoute(table), '172.17.0.1');
  });

  it('is unknown where no route has a gateway', () => {
    equal(defaultRoute(`${header}\neth0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n`), undefined);
    equal(defaultRoute(`${header}\n`), undefined);
    equal(defaultRoute(''), undefined);
  });
});
