// Generated from schemas/expectations.schema.json by "npm run generate". Change the schema, never this file.

/** Known failures of an implementation under test, with reason and date: expectations.yaml beside the target file. YAML or JSON. An entry that no longer fails, that matches nothing or whose date has passed fails the run. An expected failure is still a failure: with --allow-expected a run without other failures exits with 0, but gets no certificate. */
export interface ExpectationsDocument {
  /** For editors: address or path of this schema. The suite ignores it. */
  readonly $schema?: string;
  /** An entry for each requirement, or scenario of one, that is known to fail. Entries of the other role are ignored, so that the target files of a server and of a client can share one file. */
  readonly expectations: readonly ExpectationEntry[];
}

/** One requirement, or one of its scenarios, that is known to fail. */
export interface ExpectationEntry {
  /** Which requirement fails. */
  readonly id: string;
  /** Which of its scenarios fails: the title as the report has it, or the place (features/server/qos.feature:17). Without it, each scenario of the requirement may fail, and one must. */
  readonly scenario?: string;
  /** Why it fails, or the issue about it: the console and every report show it. */
  readonly reason: string;
  /** The last day (UTC) on which it may fail: ISO 8601, year-month-day. */
  readonly until: string;
}
