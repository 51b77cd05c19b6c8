import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { FeatureError, type Requirement, type Role, root } from './requirement.ts';

/** A requirement as a set holds it: which one, and which text of it. */
export type SetMember = Pick<Requirement, 'id' | 'digest'>;

/** A frozen set of requirements: a file of `schemas/sets/`, described by `schemas/set.schema.json`. */
export interface RequirementSet {
  /** `2026.1` */
  readonly name: string;
  /** SHA-256 over all that it holds, in hex. */
  readonly digest: string;
  readonly server: readonly SetMember[];
  readonly client: readonly SetMember[];
}

/** Which set a run judged by: the newest whose requirements of the role are exactly those that were judged, else the newest of all. */
export interface JudgedSet extends Pick<RequirementSet, 'name' | 'digest'> {
  /** Ids that the set lacks, that were not judged, or whose text is another one. Where there is any, the set is not certified. */
  readonly modified: readonly string[];
}

/** Where the sets are, relative to {@link root}. */
export const setFolder = 'schemas/sets';

/** Year, then number within the year. */
export const setName: RegExp = /^\d{4}\.[1-9]\d*$/;

/** The newest first. @throws FeatureError when a file is not the set that its name and digest say */
export function readSets(): RequirementSet[] {
  return globSync(`${setFolder}/*.json`, { cwd: root })
    .map((file) => readSet(file, readFileSync(root + file, 'utf8')))
    .sort((a, b) => b.name.localeCompare(a.name, 'en', { numeric: true }));
}

/** One set, from the text of its file. Exported for its test. @throws FeatureError as {@link readSets} */
export function readSet(file: string, text: string): RequirementSet {
  const { name, digest, server, client } = JSON.parse(text) as RequirementSet;
  if (`${name}.json` !== basename(file)) throw new FeatureError(`${file}: the set's name is ${name}; expected that of its file`);
  if (digest !== digestOf({ server, client }))
    throw new FeatureError(`${file}: the set is not what its digest says; sets are written by "npm run freeze", never by hand`);
  return { name, digest, server, client };
}

/** The set of this name that the requirements make. */
export function makeSet(name: string, requirements: readonly Requirement[]): RequirementSet {
  const members = (wanted: Role): SetMember[] =>
    requirements.filter(({ role }) => role === wanted).map(({ id, digest }) => ({ id, digest }));
  const content = { server: members('server'), client: members('client') };
  return { name, digest: digestOf(content), ...content };
}

/** The text of a set's file. */
export function setText({ name, digest, server, client }: RequirementSet): string {
  const file = {
    $schema: 'https://iot-ntp-conformance.invalid/schemas/set.schema.json',
    title: `requirement set ${name}`,
    description: 'Ids and digests of its requirements. Written by "npm run freeze"; it does not change once a release has it.',
    name,
    digest,
    server,
    client,
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/**
 * The set that a run by these requirements of a role certifies, or fails to.
 *
 * @param sets the newest first; undefined is returned where there is none
 */
export function judgedSet(requirements: readonly Requirement[], role: Role, sets = readSets()): JudgedSet | undefined {
  const compared = sets.map((set): JudgedSet => {
    return { name: set.name, digest: set.digest, modified: differences(set[role], requirements) };
  });
  return compared.find(({ modified }) => modified.length === 0) ?? compared[0];
}

/** Ids that stand in one of the two only, or in both with another text. */
export function differences(set: readonly SetMember[], requirements: readonly SetMember[]): string[] {
  const [frozen, present] = [digestsOf(set), digestsOf(requirements)];
  return [...new Set([...frozen.keys(), ...present.keys()])].filter((id) => frozen.get(id) !== present.get(id));
}

function digestsOf(members: readonly SetMember[]): ReadonlyMap<string, string> {
  return new Map(members.map(({ id, digest }) => [id, digest]));
}

function digestOf({ server, client }: Pick<RequirementSet, Role>): string {
  const lines = [...server, ...client].map(({ id, digest }) => `${id} ${digest}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}
