// The types speak of Node: a program that uses them need not say so.
/// <reference types="node" preserve="true" />

/** The suite, for other programs (`iot-ntp-conformance`): a whole run and its report, and the requirements that it judges by. */

export { type Level, type Requirement, type Role, readRequirements, type Scenario } from '../requirements/requirement.ts';
export type { Failure, Report, RequirementResult, ScenarioResult, Status, Verdict } from '../verdict/report.ts';
export { ConformanceError, type ConformanceOptions, runConformance } from './run-conformance.ts';
