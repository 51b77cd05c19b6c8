import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Envelope } from '@cucumber/messages';
import { schemaFaults } from '../../harness/message/schema.ts';
import { counted } from '../../harness/text/counted.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { clearCertificate, judgedFiles } from '../../report/certificate/certificate-files.ts';
import { contradictions, recordedMessages, rejudge } from '../../report/certificate/recording.ts';
import { suiteDigest } from '../../report/certificate/suite-digest.ts';
import { Console } from '../../report/console.ts';
import { lockFolder } from '../../report/folder-lock.ts';
import { messagesFile, writeIncomplete } from '../../report/report-folder.ts';
import { buildReport, type RunFacts } from '../../report/report-json.ts';
import { specificationFile, writeSpecification } from '../../report/specification/beside-report.ts';
import { readRequirements, root } from '../../requirements/requirement.ts';
import { withoutCapture } from '../../verdict/attachment.ts';
import type { Expectations } from '../../verdict/expectations.ts';
import { judge } from '../../verdict/judge.ts';
import type { Report, Shard } from '../../verdict/report.ts';
import { Transcript } from '../../verdict/transcript.ts';
import { loadExpectations } from '../run/expectations-file.ts';
import { Lanes } from '../run/lanes.ts';
import { MessageFile } from '../run/message-file.ts';
import { embeddedName } from '../run/reference-target.ts';
import { placesOf } from '../run/shard.ts';
import { readSigningKey } from '../run/signing-key.ts';
import { writeReports } from '../run/write-reports.ts';
import { isSystemError } from '../terminal/failed-writes.ts';
import { suiteCommand } from '../terminal/suite-command.ts';

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
interface ShardFolder {
  readonly folder: string;
  readonly report: Report & { readonly shard: Shard };
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
  const read = folders.map(readPart);
  const parts = inOrder(read);
  const [{ report: first }] = parts;
  for (const part of parts.slice(1)) requireSame(parts[0], part);
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
  using _lock = lockFolder(folder);
  clearCertificate(folder);
  writeSpecification(folder, role, requirements);
  writeIncomplete(folder, run, requirements, command);
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
function readPart(folder: string): ShardFolder {
  const text = readReported(folder, judgedFiles.report);
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
    return { folder, report: { ...report, shard }, messages: [...recordedMessages(readReported(folder, judgedFiles.messages))] };
  } catch (error) {
    if (error instanceof WrongUse) throw error;
    throw new WrongUse(`${folder}/${judgedFiles.messages}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws WrongUse */
function readReported(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    if (isSystemError(error)) throw new WrongUse(`${folder}: expected the reports of "run --shard": ${error.message}`);
    throw error;
  }
}

/**
 * The shards by their numbers, each of them once.
 *
 * @throws WrongUse
 */
function inOrder(parts: readonly ShardFolder[]): readonly [ShardFolder, ...ShardFolder[]] {
  const [first] = parts;
  if (first === undefined) throw new WrongUse('merge needs the report folders of all shards');
  const { of } = first.report.shard;
  const other = parts.find(({ report }) => report.shard.of !== of);
  if (other !== undefined)
    throw new WrongUse(
      `${other.folder} is a shard of ${other.report.shard.of}, ${first.folder} is one of ${of}: merge those of one run`,
    );
  const byNumber = Map.groupBy(parts, ({ report }) => report.shard.number);
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter((number) => !byNumber.has(number));
  const doubled = [...byNumber].find(([, same]) => same.length > 1);
  if (doubled !== undefined)
    throw new WrongUse(`shard ${doubled[0]}/${of} is given more than once: ${doubled[1].map(({ folder }) => folder).join(', ')}`);
  if (missing.length > 0)
    throw new WrongUse(`shard ${missing.join(', ')} of ${of} is missing: merge needs all of them, also those that failed`);
  const [lowest, ...others] = parts.toSorted((a, b) => a.report.shard.number - b.report.shard.number);
  return [lowest ?? first, ...others];
}

/** What must be the same in all shards of a run: its name in words, and a value that can be compared. */
function identityOf({ report }: ShardFolder): readonly (readonly [string, unknown])[] {
  const { suite, requirementSet, target, strict, expectations } = report;
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

/** @throws WrongUse for shards of different runs */
function requireSame(first: ShardFolder, other: ShardFolder): void {
  const own = new Map(identityOf(first));
  for (const [name, value] of identityOf(other)) {
    if (JSON.stringify(own.get(name)) === JSON.stringify(value)) continue;
    const said = [own.get(name), value].map((one) => JSON.stringify(one) ?? 'nothing');
    throw new WrongUse(
      `${other.folder} is not a shard of the same run as ${first.folder}: ${name} is ${said[1]}, not ${said[0]}`,
    );
  }
}

/** @throws WrongUse, InputFileError */
async function readExpectations(
  [{ report }]: readonly [ShardFolder, ...ShardFolder[]],
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
function requireGenuine({ folder, report, messages }: ShardFolder, expectations: Expectations | undefined): void {
  const { shard, strict, target } = report;
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
function commonOf([first, ...others]: readonly [ShardFolder, ...ShardFolder[]]): RunFacts {
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
  return [suiteCommand, 'run', ...(file === embeddedName ? ['--role', role] : [file])].join(' ');
}
