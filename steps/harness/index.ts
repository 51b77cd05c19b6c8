// The types speak of Node: a program that uses them need not say so.
/// <reference types="node" preserve="true" />

/**
 * The harness, for tests of one's own in any test runner (`iot-ntp-conformance/harness`): it starts an implementation by its target
 * file, plays the other side, and records. It never judges; the verdict of the suite is `runConformance` of `iot-ntp-conformance`.
 */

export { ClientUnderTest } from './client-under-test.ts';
export { ConnectError } from './device.ts';
export type { Exchange, Request, Response, Timestamp } from './exchange.ts';
export { TooUncertain } from './expected-time.ts';
export type { Payload, Value } from './payload.ts';
export { payloadFaults } from './payload-faults.ts';
export type { ClientRequest, Delivered, Performance, ReportedTime } from './performance.ts';
export { Platform, type PlatformOptions } from './platform.ts';
export type { PlatformRequest, Script } from './platform-script.ts';
export type { PlatformSession } from './platform-session.ts';
export { pagePayload, plainPayload, type Scene, trueAnswer } from './scene.ts';
export { type PlayedDevice, type PlayedDeviceOptions, ServerUnderTest } from './server-under-test.ts';
export { SuiteFault } from './suite-fault.ts';
export { EnvironmentError, TargetFileError } from './target/errors.ts';
export { loadTarget } from './target/file.ts';
export type { StartOptions } from './target/options.ts';
export { startTarget } from './target/start.ts';
export type { Identity, Role, StartedTarget, Target } from './target/target.ts';
