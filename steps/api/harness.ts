// The types speak of Node: a program that uses them need not say so.
/// <reference types="node" preserve="true" />

/**
 * The harness, for tests of one's own in any test runner (`iot-ntp-conformance/harness`): it starts an implementation by its target
 * file, plays the other side, and records. It never judges; the verdict of the suite is `runConformance` of `iot-ntp-conformance`.
 */

export { ConnectError } from '../harness/device/device.ts';
export { type PlayedDevice, type PlayedDeviceOptions, ServerUnderTest } from '../harness/device/server-under-test.ts';
export { EnvironmentError, TargetFileError } from '../harness/implementation/errors.ts';
export type { StartOptions } from '../harness/implementation/start-options.ts';
export { startTarget } from '../harness/implementation/start-target.ts';
export type { Identity, Role, StartedTarget, Target } from '../harness/implementation/target.ts';
export { loadTarget } from '../harness/implementation/target-file.ts';
export type {
  Exchange,
  Request,
  Request as ClientRequest,
  Response,
  Response as Delivered,
  Timestamp,
} from '../harness/message/exchange.ts';
export type { Payload, Value } from '../harness/message/payload.ts';
export { payloadFaults } from '../harness/message/payload-schema.ts';
export type { ClientConnection, ClientMessage as PlatformRequest } from '../harness/platform/client-connection.ts';
export type { ClientRun } from '../harness/platform/client-run.ts';
export type { Script } from '../harness/platform/client-script.ts';
export { type ClientSetup, pagePayload, plainPayload, trueAnswer } from '../harness/platform/client-setup.ts';
export { ClientUnderTest } from '../harness/platform/client-under-test.ts';
export { TooUncertain } from '../harness/platform/expected-time.ts';
export { Platform, type PlatformOptions } from '../harness/platform/platform.ts';
export type { ReportedTime } from '../harness/platform/reported-time.ts';
export { SuiteFault } from '../harness/text/suite-fault.ts';
