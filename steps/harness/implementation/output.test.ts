import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { Output, utf16Note } from './output.ts';

async function print(output: Output, ...chunks: (string | Buffer)[]): Promise<void> {
  const stream = new PassThrough();
  output.read(stream, 'stdout');
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await once(stream, 'end');
}

test('keeps the first 20 lines and the last 179, each of at most 2,000 characters', async () => {
  const output = new Output([]);
  await print(output, Array.from({ length: 1_000 }, (_, index) => `line ${index}\n`).join(''), 'x'.repeat(1_000_000));
  const lines = output.last();
  assert.equal(lines.length, 200);
  assert.deepEqual([lines[0], lines[19], lines[20], lines[21]], ['line 0', 'line 19', '… 802 lines left out', 'line 822']);
  assert.equal(lines.at(-1)?.length, 2_000);
  assert.deepEqual(output.last(1).length, 1);
});

test('leaves out dumps of packets first', async () => {
  const output = new Output([]);
  const dump = `> ${'0f '.repeat(16)}\n`.repeat(300);
  await print(output, dump, 'what matters\n', dump);
  const lines = output.last(1_000);
  assert.equal(lines.includes('what matters'), true);
  assert.equal(lines.length, 200);
});

test('puts together lines and letters that arrive in pieces', async () => {
  const output = new Output([]);
  const bytes = Buffer.from('Zeit: 1 µs\r\nnext');
  await print(output, bytes.subarray(0, 3), bytes.subarray(3, 9), bytes.subarray(9));
  assert.deepEqual(output.last(), ['Zeit: 1 µs', 'next']);
});

test('hides secrets in what is kept, and tells listeners the line as it was', async () => {
  const output = new Output(['hunter22', 'hunter22-and-more']);
  const heard: string[] = [];
  output.listen((line, stream) => heard.push(`${stream} ${line}`));
  await print(output, 'password hunter22-and-more\n');
  assert.deepEqual(output.last(), ['password (secret)']);
  assert.deepEqual(heard, ['stdout password hunter22-and-more']);
});

test('leaves nothing of a secret that stands where a line is cut, in one piece or in several', async () => {
  const secret = 'hunter22-and-more';
  for (const pieces of [1, 7, 100]) {
    const output = new Output([secret]);
    const line = `${'x'.repeat(1_990)}${secret}${'y'.repeat(5_000)}`;
    await print(
      output,
      ...Array.from({ length: pieces }, (_, piece) => line.slice((piece * 7_007) / pieces, ((piece + 1) * 7_007) / pieces)),
    );
    assert.equal(output.last()[0], `${'x'.repeat(1_990)}(secret)…`, `${pieces} pieces`);
  }
});

test('tells lines that end in LF, CR LF or CR, in pieces as well', async () => {
  const output = new Output([]);
  const heard: string[] = [];
  output.listen((line) => heard.push(line));
  await print(output, '10%\r20%\rone\r', '\n', '\ntwo\r\nthree\n\nfour');
  const lines = ['10%', '20%', 'one', '', 'two', 'three', '', 'four'];
  assert.deepEqual(heard, lines);
  assert.deepEqual(output.last(), lines);
});

test('tells a line without an end when nothing more comes, and again only where more came', async () => {
  const output = new Output([]);
  const stream = new PassThrough();
  output.read(stream, 'stdout');
  const heard: string[] = [];
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      const stop = output.listen((line) => {
        heard.push(line);
        stop();
        resolve();
      });
    });
  let told = next();
  stream.write('rea');
  stream.write('dy');
  await told;
  assert.deepEqual([heard, output.last()], [['ready'], ['ready']]);
  told = next();
  stream.write('\nasking');
  await told;
  told = next();
  stream.write(' again\n');
  await told;
  assert.deepEqual(heard, ['ready', 'asking', 'asking again']);
  assert.deepEqual(output.last(), ['ready', 'asking again']);
  stream.write('cut off');
  await new Promise(setImmediate);
  stream.destroy();
  await once(stream, 'close');
  assert.deepEqual(output.last(), ['ready', 'asking again', 'cut off']);
});

test('names UTF-16', async () => {
  for (const bytes of [
    Buffer.from('\ufeffready\n', 'utf16le'),
    Buffer.from('listening on 1883\n', 'utf16le'),
    Buffer.from('listening on 1883\n', 'utf16le').swap16(),
  ]) {
    const output = new Output([]);
    await print(output, bytes);
    assert.equal(output.last()[0], utf16Note);
  }
  const plain = new Output([]);
  await print(plain, Buffer.from('\0\0\0\0\0\0\0\0\n'), 'listening on 1883\n');
  assert.equal(plain.utf16, false);
});
