import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurn } from './order-plugin.ts';

test('in any order, what all stands on comes first, and what a server may not survive last', () => {
  const scenario = (uri: string, line: number, id: string) => ({ pickle: { uri, tags: [{ name: id }] }, location: { line } });
  const shuffled = [
    scenario('features/server/restart.feature', 9, '@server-comes-back'),
    scenario('features/server/qos.feature', 90, '@server-outlives-other-qos'),
    scenario('features/server/qos.feature', 7, '@server-response-qos0'),
    scenario('features/server/faults.feature', 40, '@server-outlives-lost-device'),
    scenario('features/server/time.feature', 3, '@server-stamps-are-fresh'),
    scenario('features/server/topics.feature', 35, '@server-answers-request'),
    scenario('features/server/faults.feature', 20, '@server-outlives-lost-device'),
    scenario('features/server/topics.feature', 34, '@server-answers-request'),
    scenario('features/server/payload.feature', 5, '@server-response-members'),
  ];
  assert.deepEqual(
    inTurn(shuffled).map(({ pickle, location }) => `${pickle.uri.split('/').at(-1)}:${location.line}`),
    [
      'topics.feature:34',
      'topics.feature:35',
      'qos.feature:7',
      'time.feature:3',
      'payload.feature:5',
      'qos.feature:90',
      'faults.feature:20',
      'faults.feature:40',
      'restart.feature:9',
    ],
  );
});
