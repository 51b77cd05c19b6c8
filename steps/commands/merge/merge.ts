import { join, resolve } from 'node:path';
import type { Envelope } from '@cucumber/messages';
import { schemaFaults } from '../../harness/message/schema.ts';
import { counted } from '../../harness/text/counted.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { clearCertificate, judgedFiles } from '../../report/certificate/certificate-files.ts';
import { contradictions, recordedMessages, rejudge } from '../../report/certificate/recording.ts';
import { suiteDigest } from '../../report/certificate/suite-digest.ts';
import { Console } from '../../report/console.ts';
import { messagesFile, writeIncomplete } from '../../report/report-folder.ts';
import { buildReport, type RunFacts } from '../../report/report-json.ts';
import { specificationFile, writeSpecification } from '../../report/specification/beside-report.ts';
import { readRequirements, root } from '../../requirements/requirement.ts';
import { withoutCapture } from '../../verdict/attachment.ts';
import type { Expectations } from '../../verdict/expectations.ts';
import { judge } from '../../verdict/judge.ts';
import type { Report } from '../../verdict/report.ts';
import { Transcript } from '../../verdict/transcript.ts';
import { loadExpectations } from '../run/expectations-file.ts';
import { Lanes } from '../run/lanes.ts';
import { MessageFile } from '../run/message-file.ts';
import { embeddedName } from '../run/reference-target.ts';
import { placesOf } from '../run/shard.ts';
import { readSigningKey } from '../run/signing-key.ts';
import { writeReports } from '../run/write-reports.ts';
import { readReported, type ShardFolder, shardsOfOne } from '../terminal/shards-of-one-run.ts';
import { suiteCommand } from '../terminal/suite-command.ts';
import { takeFolder } from '../terminal/take-folder.ts';
import { joinWords } from '../terminal/word-list.ts';

/** The options of `merge`. */
export interface MergeOptions {
  /** Where the merged report goes. */
  readonly report: string;
  /** The file of the private key that signs the certificate. */
  readonly sign?: string;
  readonly json?: true;
  readonly verbose?: true;
  /** The file of expectations that the shards used. */
  readonly expectations?: string;
  readonly allowExpected?: true;
}

/** The content of the report folder of one shard. */
interface ShardOfRun extends ShardFolder {
  readonly report: Report;
  readonly messages: readonly Envelope[];
}

/**
 * `merge FOLDER…`: judges the shards of one run together, and writes the report that the whole run would have written.
 *
 * @param folders the report folders of all shards, in any order
 * @returns the exit code
 * @throws WrongUse for shards that do not belong to one run, InputFileError
 */
export async function merge(folders: readonly string[], options: MergeOptions): Promise<number> {
  const { report: folder, sign, json = false, verbose = false } = options;
  const own = folders.find((input) => resolve(input) === resolve(folder));
  if (own !== undefined)
    throw new WrongUse(`--report ${folder}: is one of the shards; name another folder for the merged report`);
  const key = sign === undefined ? undefined : readSigningKey(sign);
  const parts = shardsOfOne('run', folders.map(readPart));
  const [{ report: first }] = parts;
  const expectations = await readExpectations(parts, options);
  for (const part of parts) requireGenuine(part, expectations);

  const { role } = first.target;
  const requirements = readRequirements(role);
  const run: RunFacts = { ...commonOf(parts), specification: specificationFile };
  const command = commandOf(first);
  const screen = new Console(json ? process.stderr : process.stdout, {
    command,
    specification: join(folder, specificationFile),
    verbose,
    ...(expectations === undefined ? {} : { expectations }),
  });
  using _lock = takeFolder(folder);
  clearCertificate(folder);
  writeIncomplete(folder, run, requirements, command);
  writeSpecification(folder, role, requirements);
  screen.opening(run, requirements.length);
  screen.note(`merged from ${counted(parts.length, 'shard')}: ${parts.map((part) => part.folder).join(', ')}`);

  const messages = new MessageFile(join(folder, messagesFile));
  const transcript = new Transcript({ cwd: root });
  const stream = new Lanes(parts.length, (envelope) => {
    messages.write(envelope);
    transcript.add(envelope);
  });
  for (const [lane, part] of parts.entries()) for (const envelope of part.messages) stream.add(lane, withoutCapture(envelope));
  const judgement = judge(requirements, transcript, {
    strict: run.strict,
    ...(expectations === undefined ? {} : { expectations }),
  });
  const finished = new Date(Math.max(...parts.map(({ report }) => Date.parse(report.finished ?? ''))));
  const merged = buildReport(run, judgement, finished);
  return await writeReports(merged, {
    folder,
    command,
    console: screen,
    recorded: [messages],
    specified: true,
    json,
    partial: undefined,
    key,
  });
}

/** @throws WrongUse for a folder without a finished shard */
function readPart(folder: string): ShardOfRun {
  const text = readReported('run', folder, judgedFiles.report);
  const [fault] = schemaFaults('report', text);
  if (fault !== undefined) throw new WrongUse(`${folder}/${judgedFiles.report} is not a report of this suite: ${fault}`);
  const report = JSON.parse(text) as Report;
  const { shard, finished, faults } = report;
  if (shard === undefined) throw new WrongUse(`${folder} is not a shard: its run was made without --shard`);
  const name = `shard ${shard.number}/${shard.of} (${folder})`;
  if (finished === undefined) throw new WrongUse(`${name} did not finish: run it again`);
  if (faults.length > 0) throw new WrongUse(`${name} broke: ${faults.join('; ')}; run it again`);
  if (report.suite.digest !== suiteDigest())
    throw new WrongUse(`${name} was run by another build of the suite: merge with that build, or run all shards with this one`);
  try {
    const messages = [...recordedMessages(readReported('run', folder, judgedFiles.messages))];
    return { folder, shard, identity: identityOf(report), report, messages };
  } catch (error) {
    if (error instanceof WrongUse) throw error;
    throw new WrongUse(`${folder}/${judgedFiles.messages}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function identityOf({ suite, requirementSet, target, strict, expectations }: Report): ShardFolder['identity'] {
  const { output: _output, ended: _ended, ...implementation } = target;
  return [
    ...Object.entries({ imageDigest: undefined, fileDigest: undefined, ...implementation }).map(
      ([name, value]) => [`target: ${name}`, value] as const,
    ),
    ['suite', suite],
    ['requirement set', requirementSet],
    ['--strict', strict],
    ['expectations', expectations?.file],
  ];
}

/** @throws WrongUse, InputFileError */
async function readExpectations(
  [{ report }]: readonly [ShardOfRun, ...ShardOfRun[]],
  { expectations: file, allowExpected }: MergeOptions,
): Promise<Expectations | undefined> {
  if (file === undefined) {
    if (report.expectations !== undefined)
      throw new WrongUse(`the shards were run with ${report.expectations.file}: name it with --expectations`);
    if (allowExpected === true) throw new WrongUse('--allow-expected needs --expectations FILE');
    return undefined;
  }
  if (report.expectations === undefined) throw new WrongUse(`the shards were run without ${file}: run them with it`);
  const loaded = await loadExpectations(file, report.target.role, []);
  return { ...loaded, allowed: allowExpected === true, today: new Date().toISOString().slice(0, 10) };
}

/** Judges the recorded messages of a shard again. @throws WrongUse if the result differs from its report */
function requireGenuine({ folder, shard, report, messages }: ShardOfRun, expectations: Expectations | undefined): void {
  const { strict, target } = report;
  const recorded = rejudge(messages, target.role, (requirements) => ({
    strict,
    shard,
    selected: placesOf(requirements, shard),
    ...(expectations === undefined ? {} : { expectations: { ...expectations, ...asOneOf(report) } }),
  }));
  const [first] = contradictions(report, recorded, true);
  if (first !== undefined) throw new WrongUse(`${folder} is not as the suite wrote it: in report.json ${first}`);
}

/** How expectations count in a shard. */
function asOneOf({ expectations }: Report): Pick<Expectations, 'allowed' | 'oneOfSeveral'> {
  return { allowed: expectations?.allowed === true, oneOfSeveral: true };
}

/** The facts of the whole run, from the reports of its shards. */
function commonOf([first, ...others]: readonly [ShardOfRun, ...ShardOfRun[]]): RunFacts {
  const all = [first, ...others].map(({ report }) => report);
  const { suite, requirementSet, target, strict, order } = first.report;
  const ended = all.find((report) => report.target.ended !== undefined)?.target.ended;
  return {
    suite,
    ...(requirementSet === undefined ? {} : { requirementSet }),
    target: { ...target, ...(ended === undefined ? {} : { ended }) },
    started: new Date(Math.min(...all.map(({ started }) => Date.parse(started)))),
    strict,
    ...(order !== undefined && all.every((report) => report.order === order) ? { order } : {}),
  };
}

function commandOf({ target: { file, role } }: Report): string {
  return `${suiteCommand} run ${file === embeddedName ? `--role ${role}` : joinWords([file])}`;
}
