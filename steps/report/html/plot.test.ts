import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ExchangeRecord, RequirementResult, ScenarioResult } from '../../verdict/report.ts';
import { plot } from './plot.ts';
import { area, clientSamples, commonOffset, layOutPlot, type Sample, serverSamples } from './plot-layout.ts';

const sample = (roundTripMs: number, errorMs: number): Sample => ({ roundTripMs, errorMs, failed: false });

function exchange(roundTripMs: number, offsetMs: number, n = 1): ExchangeRecord {
  return { n, asker: 'device', atMs: 0, answers: [{ afterMs: roundTripMs, roundTripMs, offsetMs }] };
}

function scenario(exchanges: readonly ExchangeRecord[], more: Partial<ScenarioResult> = {}): ScenarioResult {
  const place = 'features/server/time.feature:17';
  return { title: 'x', place, status: 'passed', information: [], trace: [], exchanges, durationMs: 1, ...more };
}

function requirement(scenarios: readonly ScenarioResult[]): RequirementResult {
  const texts = { feature: 'x', sentence: 'x', description: '', source: 'x', mistakes: '', digest: 'x' };
  return { id: 'server-x', level: 'must', ...texts, status: 'passed', scenarios };
}

describe('the plot of offset against round trip', () => {
  test('is to scale on both axes', () => {
    const { dots, x, y, xMost, yMost } = layOutPlot([sample(4, 1), sample(8, -3)]);
    assert.equal(x(0), area.left);
    assert.equal(x(xMost), area.right);
    assert.equal(y(yMost), area.top);
    assert.equal(y(-yMost), area.bottom);
    const [first, second] = dots;
    assert.ok(Math.abs(((second?.x ?? 0) - area.left) / ((first?.x ?? 0) - area.left) - 2) < 1e-9);
    assert.ok(Math.abs((y(0) - (second?.y ?? 0)) / (y(0) - (first?.y ?? 0)) + 3) < 1e-9);
  });

  test('counts what lies within half the round trip + 1 ms', () => {
    assert.equal(layOutPlot([sample(4, 3), sample(4, -3), sample(4, 3.1), sample(0.2, 1.1), sample(0.2, -1.2)]).within, 3);
  });

  test('shows at its edge what lies far beyond', () => {
    const { dots, yMost } = layOutPlot([sample(4, 1), sample(4, 1e12), sample(4, -1e12)]);
    assert.ok(yMost < 20);
    assert.deepEqual(
      dots.map(({ beyond }) => beyond),
      [undefined, 'above', 'below'],
    );
    for (const { y } of dots) assert.ok(y >= area.top && y <= area.bottom);
  });

  test("puts a server's clock where all exchanges allow it, and where the quickest shows it when they contradict each other", () => {
    const seen = [exchange(2, 100), exchange(10, 103), exchange(40, 90)].flatMap(({ answers }) => answers);
    const known = seen.map(({ roundTripMs = 0, offsetMs = 0 }) => ({ roundTripMs, offsetMs }));
    assert.equal(commonOffset(known), 100.5);
    assert.equal(commonOffset([...known, { roundTripMs: 1, offsetMs: 5000 }]), 5000);
  });

  test("takes the suite's clock for the truth where the server shares it", () => {
    const scenarios = [scenario([exchange(2, -7)])];
    assert.deepEqual(serverSamples(scenarios, true), [{ roundTripMs: 2, errorMs: -7, failed: false }]);
    assert.equal(serverSamples(scenarios, false)[0]?.errorMs, -0.5);
  });

  test('singles out what a scenario failed by', () => {
    const failure = { expected: 'x', received: 'y', trace: [] };
    const message = { topic: 't', qos: 0, retain: false, payload: '', parts: [], exchange: 3 };
    const exchanges = [exchange(2, 0, 1), exchange(2, 50, 2), exchange(2, 0, 3)];
    const failed = (own: Partial<ScenarioResult>): boolean[] =>
      serverSamples([scenario(exchanges, own)], true).map((one) => one.failed);
    assert.deepEqual(failed({}), [false, false, false]);
    assert.deepEqual(failed({ failure }), [false, true, false]);
    assert.deepEqual(failed({ failure: { ...failure, message } }), [false, true, true]);
  });

  test("has the errors of a client's reports, and leaves out what reported nothing", () => {
    const answers = [{ afterMs: 1, roundTripMs: 9 }];
    const reports = [
      { n: 1, asker: 'client', atMs: 0, answers, reported: '5', errorMs: -4 },
      { n: 2, asker: 'client', atMs: 0, answers },
    ];
    assert.deepEqual(clientSamples([scenario(reports)]), [{ roundTripMs: 9, errorMs: -4, failed: false }]);
  });

  test('shows beside each report of a client the time that the formula gives, with its uncertainty', () => {
    const expected = { time: '7', withinMs: 2, errorMs: 1 };
    const [sample] = clientSamples([
      scenario([
        { n: 1, asker: 'client', atMs: 0, answers: [{ afterMs: 1, roundTripMs: 9 }], reported: '5', errorMs: -4, expected },
      ]),
    ]);
    assert.ok(sample);
    const {
      rings: [ring],
      dots: [dot],
      x,
      y,
    } = layOutPlot([sample]);
    assert.deepEqual(ring, { x: x(9), y: y(1), from: y(3), to: y(-1) });
    assert.deepEqual([dot?.x, dot?.y], [x(9), y(-4)]);
  });

  test('is drawn for requirements about time only, and says in words what it shows', () => {
    const passed = scenario([exchange(2, 0), exchange(4, 2)]);
    assert.match(plot(requirement([passed]), true)?.text ?? '', /2 exchanges with round trips of 2 ms to 4 ms, all within half/);
    assert.equal(plot(requirement([{ ...passed, place: 'features/server/qos.feature:9' }]), true), undefined);
    assert.equal(plot(requirement([scenario([])]), true), undefined);
  });
});
