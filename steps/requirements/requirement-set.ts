import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { FeatureError, type Requirement, type Role, root } from './requirement.ts';

/** A requirement in a set: its id, and the digest of its text. */
export type SetMember = Pick<Requirement, 'id' | 'digest'>;

/** A frozen set of requirements: a file of `schemas/sets/`, described by `schemas/set.schema.json`. */
export interface RequirementSet {
  /** `2026.1` */
  readonly name: string;
  /** SHA-256 over its members, in hex. */
  readonly digest: string;
  readonly server: readonly SetMember[];
  readonly client: readonly SetMember[];
}

/** The set of a run: the newest set with exactly the judged requirements of the role; if there is none, the newest set. */
export interface JudgedSet extends Pick<RequirementSet, 'name' | 'digest'> {
  /** Ids that the set lacks, that were not judged, or whose text differs. Unless it is empty, the run does not certify the set. */
  readonly modified: readonly string[];
}

/** Where the sets are, relative to {@link root}. */
export const setFolder = 'schemas/sets';

/** Year, then number within the year. */
export const setName: RegExp = /^\d{4}\.[1-9]\d*$/;

/** All sets, the newest first. @throws FeatureError when the name or the digest of a file is wrong */
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

/** Makes a set of this name from the requirements. */
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
 * The set to which a run with these requirements of a role refers.
 *
 * @param sets the newest first
 * @returns undefined if there is no set
 */
export function judgedSet(requirements: readonly Requirement[], role: Role, sets = readSets()): JudgedSet | undefined {
  const compared = sets.map((set): JudgedSet => {
    return { name: set.name, digest: set.digest, modified: differences(set[role], requirements) };
  });
  return compared.find(({ modified }) => modified.length === 0) ?? compared[0];
}

/** Ids that only one of the two has, or that have different texts. */
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
