import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Identity, Target } from '../../harness/implementation/target.ts';
import { embeddedTarget } from '../run/reference-target.ts';
import type { PairResult } from './interop-report.ts';
import { conclude } from './interop-verdict.ts';
import { matchOf, planOf } from './pairing.ts';

const server = await embeddedTarget('server');
const client = await embeddedTarget('client');
const device = (deviceName: string, more: Partial<Identity> = {}): Identity => ({ productKey: 'pk', deviceName, ...more });

describe('the device of the client', () => {
  const identityOf = (one: Partial<Target>, other: Partial<Target>): Identity | undefined => {
    const match = matchOf({ ...server, ...one }, { ...client, ...other });
    return 'identity' in match ? match.identity : undefined;
  };

  test("the server's own device, unless the client can be one only", () => {
    const devices = [device('a', { deviceSecret: 'secret-a' }), device('b', { deviceSecret: 'secret-b' })] as const;
    assert.equal(identityOf({ devices, onlyThese: true }, {})?.deviceSecret, 'secret-a');
    const own = { devices: [device('b')], onlyThese: true } as const;
    assert.deepEqual(identityOf({ devices, onlyThese: true }, own), devices[1]);
    assert.deepEqual(identityOf({}, own), device('b'));
  });

  test('the device whose secret the client names, where the server knows any', () => {
    const own = [device('c', { deviceSecret: 'secret-c' })] as const;
    assert.equal(identityOf({}, { devices: own })?.deviceName, 'c');
    assert.equal(identityOf({ devices: [device('a')], onlyThese: true }, { devices: own })?.deviceName, 'a');
  });
});

describe('the reason is given if a client cannot be connected to a server', () => {
  const cases: readonly (readonly [string, Partial<Target>, Partial<Target>, RegExp])[] = [
    ['TLS', { tls: { selfSigned: true } }, {}, /^reference server speaks TLS, .* without TLS for both$/],
    ['a message', {}, { sync: { kind: 'publish', topic: 't', payload: '' } }, /interop publishes nothing/],
    ['signatures', { auth: { kind: 'aliyun-hmac', signMethod: 'hmacsha256' } }, {}, /capabilities: \[aliyun-hmac\]/],
    [
      'passwords',
      { auth: { kind: 'password' } },
      { capabilities: new Set(['aliyun-hmac']) },
      /^reference client signs .* password/,
    ],
    [
      'its device',
      { devices: [device('a')], onlyThese: true },
      { devices: [device('b')], onlyThese: true },
      /is the device pk\/b and cannot be another one, and reference server does not know it/,
    ],
  ];
  for (const [name, one, other, words] of cases) {
    test(name, () => {
      const match = matchOf({ ...server, ...one }, { ...client, ...other });
      assert.match('inapplicable' in match ? match.inapplicable : '', words);
    });
  }
});

test('the last start of each type has a latency, where the client has the time for it', () => {
  const latencies = (withinMs: number, starts: number): number[] =>
    planOf({ ...client, timestampTypes: ['long', 'string'], withinMs }, starts).map(
      ({ latency }) => latency.forth + latency.back,
    );
  assert.deepEqual(latencies(10_000, 2), [0, 250, 0, 250]);
  assert.deepEqual(latencies(1_000, 2), [0, 0, 0, 0]);
  assert.deepEqual(latencies(10_000, 1), [0, 0]);
});

test('the matrix has the highest exit code of its pairs, and 4 where it was interrupted', () => {
  const pair = (verdict: PairResult['verdict']): PairResult => {
    return { server: 0, client: 0, verdict, because: '', reasons: [], starts: [], requirements: [], durationMs: 0 };
  };
  const codeOf = (verdicts: PairResult['verdict'][], notStarted = 0, interrupted = false): number =>
    conclude(verdicts.map(pair), { notStarted, interrupted }).exitCode;
  assert.equal(codeOf(['work together', 'inapplicable']), 0);
  assert.equal(codeOf(['work together', 'do not work together']), 1);
  assert.equal(codeOf(['work together', 'incomplete', 'do not work together'], 1), 3);
  assert.equal(codeOf(['work together', 'incomplete'], 1), 3);
  assert.equal(codeOf(['incomplete', 'incomplete', 'do not work together'], 1), 4);
  assert.equal(codeOf(['work together', 'incomplete']), 4);
  assert.equal(codeOf([]), 4);
  assert.equal(codeOf(['do not work together', 'incomplete'], 0, true), 4);
  assert.equal(codeOf(['work together'], 0, true), 4);
});
