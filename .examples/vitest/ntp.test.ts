import { type Report, readRequirements, runConformance } from 'iot-ntp-conformance';
import { ClientUnderTest, loadTarget, payloadFaults, ServerUnderTest } from 'iot-ntp-conformance/harness';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

describe('Acme IoT Hub', () => {
  let hub: ServerUnderTest;
  beforeAll(async () => {
    hub = await ServerUnderTest.start(await loadTarget('acme-hub.yaml'));
  });
  afterEach(() => hub.next());
  afterAll(() => hub.close());

  test('answers a meter that sends Strings', async () => {
    const meter = await hub.device({ identity: { productKey: 'a1AcmeMeter', deviceName: 'meter-7' } });
    const exchange = await meter.askAndWait({ type: 'String', digits: '1571724098000' });

    const packets = hub.trace.join('\n');
    expect(exchange?.response.message.qos, packets).toBe(0);
    expect(exchange?.response.deviceSendTime?.literal, packets).toBe('"1571724098000"');
    expect(payloadFaults('response', exchange?.response.message.payload ?? '')).toEqual([]);
  });
});

describe('Acme Meter', () => {
  let meter: ClientUnderTest;
  beforeAll(async () => {
    meter = await ClientUnderTest.open(await loadTarget('acme-meter.yaml'));
  });
  afterAll(() => meter.close());

  test('counts a platform that takes its time', async () => {
    const start = await meter.perform({ forthMs: 40, processingMs: 120, backMs: 40 });

    expect(meter.timeFault(start), start.lines().join('\n')).toBeUndefined();
  });
});

describe('the verdict on Acme IoT Hub', () => {
  let report: Report;
  beforeAll(async () => {
    report = await runConformance('acme-hub.yaml', { onOutput: (text) => process.stderr.write(text) });
  }, 600_000);

  test.for(readRequirements('server'))('$id: $sentence', ({ id }) => {
    const result = report.requirements.find((requirement) => requirement.id === id);
    const failures = result?.scenarios.flatMap(({ title, failure }) => (failure === undefined ? [] : [{ title, failure }]));
    const why = result?.reason ?? JSON.stringify(failures, undefined, 2);

    expect(['passed', 'warning', 'inapplicable'], why).toContain(result?.status);
  });

  test('conforms', () => {
    expect(report.verdict, report.because).toBe('conforms');
  });
});
