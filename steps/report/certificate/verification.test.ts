import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { keys, madeUp, requirements, writeCertified } from '../../testing/certified-run.ts';
import { temporaryFolder } from '../../testing/command-line.ts';
import type { Report } from '../../verdict/report.ts';
import { sha256 } from './evidence-digests.ts';
import { signStatement } from './signature.ts';
import { type Statement, statementJson, statementOf } from './statement.ts';
import { verifyFolder } from './verification.ts';

const folder = temporaryFolder();
const [signer, stranger] = [keys(), keys()];
const [signed, unsigned, elliptic] = [join(folder, 'signed'), join(folder, 'unsigned'), join(folder, 'elliptic')];
const other = keys('ec');

/** A copy that a test may change. */
function copyOf(original: string): string {
  const copy = join(folder, `copy of ${original.slice(folder.length + 1)}`);
  rmSync(copy, { recursive: true, force: true });
  cpSync(original, copy, { recursive: true });
  return copy;
}

/** Changes a file by text. */
function edit(file: string, change: (text: string) => string): void {
  const text = readFileSync(file, 'utf8');
  const changed = change(text);
  assert.notEqual(changed, text, 'nothing was changed');
  writeFileSync(file, changed);
}

/** The first byte, the last one, and some between: the same in every run. */
function positions(size: number): readonly number[] {
  return [...new Set([0, 1, size >> 2, size >> 1, size - (size >> 2), size - 2, size - 1])];
}

before(() => {
  writeCertified(signed, { key: signer.privateKey });
  writeCertified(unsigned);
  writeCertified(elliptic, { key: other.privateKey });
});

describe('a certified folder', () => {
  test('is genuine as it was written', () => {
    for (const [path, key, signature] of [
      [signed, signer.publicKey, 'genuine'],
      [elliptic, other.publicKey, 'genuine'],
      [signed, undefined, 'unchecked'],
      [unsigned, undefined, 'absent'],
    ] as const) {
      const found = verifyFolder(path, key);
      assert.deepEqual([found.faults, found.remarks, found.signature], [[], [], signature]);
    }
  });

  for (const [kind, original, key] of [
    ['signed', signed, signer.publicKey],
    ['elliptic', elliptic, other.publicKey],
    ['unsigned', unsigned, undefined],
  ] as const) {
    test(`shows every changed byte: ${kind}`, () => {
      const copy = copyOf(original);
      for (const name of readdirSync(original)) {
        const bytes = readFileSync(join(original, name));
        for (const at of positions(bytes.length)) {
          for (const bit of [0x01, 0x20, 0x80]) {
            const changed = Buffer.from(bytes);
            changed[at] = (changed[at] ?? 0) ^ bit;
            writeFileSync(join(copy, name), changed);
            const { faults } = verifyFolder(copy, key);
            const told = faults.map(({ file, what }) => `${file}: ${what}`).join('\n');
            assert.ok(told.includes(name), `byte ${at} of ${name}, bit ${bit}: ${told}`);
          }
        }
        writeFileSync(join(copy, name), bytes);
      }
      assert.deepEqual(verifyFolder(copy, key).faults, []);
    });
  }

  test('shows every changed byte of the certificate, though it is not signed', () => {
    const copy = copyOf(unsigned);
    const file = join(copy, 'certificate.json');
    const bytes = readFileSync(file);
    // Every byte of its head, which holds type and subject, and every thirteenth byte of the rest, so that all members are covered.
    const places = [...bytes.keys()].filter((at) => at < 300 || at % 13 === 0);
    for (const at of places) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      writeFileSync(file, changed);
      const { faults } = verifyFolder(copy);
      assert.notDeepEqual(faults, [], `byte ${at}: ${changed.subarray(at - 20, at + 20).toString()}`);
    }
  });

  test('shows what is missing and what was added', () => {
    for (const name of readdirSync(signed)) {
      const copy = copyOf(signed);
      rmSync(join(copy, name));
      const { faults } = verifyFolder(copy, signer.publicKey);
      assert.ok(
        faults.some(({ file, what }) => file === name && what.startsWith('is missing')),
        `${name}: ${JSON.stringify(faults)}`,
      );
    }
    const copy = copyOf(signed);
    writeFileSync(join(copy, 'note.txt'), '');
    mkdirSync(join(copy, 'more'));
    const { faults } = verifyFolder(copy, signer.publicKey);
    assert.deepEqual(faults.map(({ file, what }) => `${file} ${what}`).sort(), [
      'more was added: certificate.json does not name it',
      'note.txt was added: certificate.json does not name it',
    ]);
  });

  test('does not take a link for a file', () => {
    const copy = copyOf(signed);
    rmSync(join(copy, 'junit.xml'));
    symlinkSync(join(signed, 'junit.xml'), join(copy, 'junit.xml'));
    const { faults } = verifyFolder(copy, signer.publicKey);
    assert.deepEqual(faults, [{ file: 'junit.xml', what: 'is not a file' }]);
  });
});

describe('a signature', () => {
  test('by another key is a fault', () => {
    const { faults, signature } = verifyFolder(signed, stranger.publicKey);
    assert.match(faults[0]?.what ?? '', /^was signed by another key/);
    assert.equal(signature, 'unchecked');
  });

  test('that was removed is a fault if a key is given', () => {
    const { faults } = verifyFolder(unsigned, signer.publicKey);
    assert.deepEqual(faults, [{ file: 'certificate.sigstore.json', what: 'is missing: the certificate is not signed' }]);
  });

  test('by another key under the name of the right key is a fault', () => {
    const copy = copyOf(signed);
    const file = join(copy, 'certificate.sigstore.json');
    const genuine = readFileSync(file, 'utf8');
    const forged = signStatement(readFileSync(join(copy, 'certificate.json'), 'utf8'), stranger.privateKey);
    const hint = (text: string): string => /"hint":"([^"]+)"/.exec(text)?.[1] ?? '';
    writeFileSync(file, forged.replaceAll(hint(forged), hint(genuine)));
    const { faults } = verifyFolder(copy, signer.publicKey);
    assert.deepEqual(
      faults.map(({ what }) => what),
      ['has a signature that does not match this certificate and the given key'],
    );
  });
});

describe('a forger who makes all digests fit', () => {
  const [must = ''] = requirements.filter(({ level }) => level === 'must').map(({ id }) => id);

  /** Writes the certificate again, for the present files. */
  function certifyAnew(copy: string, change: (statement: Statement) => Statement = (statement) => statement): void {
    edit(join(copy, 'certificate.json'), (text) => {
      const statement = JSON.parse(text) as Statement;
      const evidence = statement.predicate.iotNtpConformance.evidence.map((one) => ({
        ...one,
        digest: { sha256: sha256(readFileSync(join(copy, one.name))) },
      }));
      const iotNtpConformance = { ...statement.predicate.iotNtpConformance, evidence };
      return statementJson(change({ ...statement, predicate: { ...statement.predicate, iotNtpConformance } }));
    });
  }

  function toldOf(copy: string): string {
    const { faults } = verifyFolder(copy);
    return faults.map(({ file, what }) => `${file} ${what}`).join('\n');
  }

  test('is found out by the report, where the certificate says otherwise', () => {
    const copy = copyOf(unsigned);
    certifyAnew(copy, (statement) => ({ ...statement, subject: [{ name: 'x', digest: { sha256: '0'.repeat(64) } }] }));
    assert.equal(
      toldOf(copy),
      ['name', 'digest/sha256'].map((at) => `certificate.json differs from report.json in /subject/0/${at}`).join('\n'),
    );
  });

  test('is found out by the recorded messages, where the report says passed for failed', () => {
    const failed = join(folder, 'failed');
    writeCertified(failed, { failing: [must] });
    const passed = madeUp().report;
    writeFileSync(join(failed, 'report.json'), `${JSON.stringify(passed, undefined, 2)}\n`);
    certifyAnew(failed, ({ predicate }) => statementOf(passed, predicate.iotNtpConformance.evidence));
    const told = toldOf(failed);
    assert.match(told, /^report\.json verdict is "conforms"; the recorded messages give "does not conform"$/m);
    assert.ok(told.includes(`report.json the result of ${must} is `), told);
  });

  test('is found out by the requirement set, where the recorded requirements were made easier', () => {
    const copy = copyOf(unsigned);
    edit(join(copy, 'messages.ndjson'), (text) => text.replace(' MUST publish its request', ' MUST perhaps publish its request'));
    certifyAnew(copy);
    assert.match(toldOf(copy), /^messages\.ndjson was judged by other requirements than set 2026\.1: client-\S+ differ$/m);
  });

  test('is found out by the messages, where scenarios were cut out of them', () => {
    const copy = copyOf(unsigned);
    edit(join(copy, 'messages.ndjson'), (text) =>
      text
        .split('\n')
        .filter((line) => !line.includes('testCaseFinished'))
        .join('\n'),
    );
    certifyAnew(copy);
    assert.match(toldOf(copy), /^report\.json verdict is "conforms"; the recorded messages give "incomplete"$/m);
  });

  test('is found out where what he certifies was never complete', () => {
    const copy = copyOf(unsigned);
    edit(join(copy, 'report.json'), (text) => {
      const report = JSON.parse(text) as Report;
      return `${JSON.stringify({ ...report, verdict: 'incomplete', exitCode: 4 }, undefined, 2)}\n`;
    });
    certifyAnew(copy);
    assert.match(toldOf(copy), /^certificate\.json certifies what cannot be certified: the run is incomplete$/m);
  });

  test('is found out where he names another specification', () => {
    const copy = copyOf(unsigned);
    const edition = 'Last updated Jan 01, 2020';
    edit(join(copy, 'report.json'), (text) => {
      const report = JSON.parse(text) as Report;
      return `${JSON.stringify({ ...report, specifiedBy: { ...report.specifiedBy, edition } }, undefined, 2)}\n`;
    });
    certifyAnew(copy, ({ predicate, ...statement }) => {
      const { iotNtpConformance: own } = predicate;
      const iotNtpConformance = { ...own, specifiedBy: { ...own.specifiedBy, edition } };
      return { ...statement, predicate: { ...predicate, iotNtpConformance } };
    });
    assert.match(toldOf(copy), /^report\.json specifiedBy is \{.*2020.*\}; the requirements of this suite are from \{.*2023"/m);
  });

  test('is detected if a file cannot be read', () => {
    const copy = copyOf(unsigned);
    edit(join(copy, 'messages.ndjson'), (text) => `${text}{"testRunFinished":\n`);
    certifyAnew(copy);
    assert.match(toldOf(copy), /^messages\.ndjson line \d+ is not a message$/m);
  });
});
