import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { nowUs } from '../time/now.ts';
import { Link, type Tap } from './link.ts';

/** Timers may be a fraction of a millisecond early. */
const rounding = 1;

/** A server at the far end of a link, and a connection through the link to it. */
class Line implements AsyncDisposable {
  readonly link: Link;
  readonly near: Socket;
  readonly far: Socket;
  readonly #server: Server;

  private constructor(server: Server, link: Link, near: Socket, far: Socket) {
    this.#server = server;
    this.link = link;
    this.near = near;
    this.far = far;
  }

  static async open(forth: number, back: number): Promise<Line> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const link = await Link.open({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, { forth, back });
    const accepted = once(server, 'connection');
    const near = createConnection({ host: link.host, port: link.port, noDelay: true });
    const [far] = (await accepted) as [Socket];
    // a test breaks connections on purpose
    for (const socket of [near, far]) socket.on('error', () => {});
    return new Line(server, link, near, far);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.link[Symbol.asyncDispose]();
    this.near.destroy();
    this.far.destroy();
    this.#server.close();
  }
}

/** Settles when this many bytes have come, with them and the times of the first and the last. */
async function read(socket: Socket, length: number): Promise<{ text: string; firstAt: number; lastAt: number }> {
  let text = '';
  let firstAt = Number.NaN;
  return new Promise((resolve) => {
    socket.on('data', (bytes) => {
      if (text === '') firstAt = nowUs();
      text += String(bytes);
      if (text.length >= length) resolve({ text, firstAt, lastAt: nowUs() });
    });
  });
}

describe('a link', { timeout: 20_000 }, () => {
  for (const [forth, back] of [
    [10, 10],
    [25, 0],
    [0, 25],
  ] as const) {
    test(`of ${forth} ms forth and ${back} ms back delivers nothing earlier than that`, async () => {
      await using line = await Line.open(forth, back);
      for (const [from, to, latency] of [
        [line.near, line.far, forth],
        [line.far, line.near, back],
      ] as const) {
        const at = nowUs();
        from.write('x');
        const { firstAt } = await read(to, 1);
        assert.ok(firstAt - at >= (latency - rounding) * 1000, `${latency} ms took ${(firstAt - at) / 1000} ms`);
      }
    });
  }

  test('is slow only when nothing is prepared on it any more', async () => {
    await using line = await Line.open(60_000, 0);
    const prepared = await line.link.atOnce(() => {
      line.near.write('x');
      return read(line.far, 1);
    });
    assert.equal(prepared.text, 'x');
    let more = '';
    line.far.on('data', (bytes) => {
      more += String(bytes);
    });
    line.near.write('y');
    line.far.write('z');
    await read(line.near, 1);
    assert.equal(more, '', 'what came afterwards was as quick');
  });

  test('keeps the order of what passes it, and loses nothing', async () => {
    await using line = await Line.open(3, 2);
    const sent = Array.from({ length: 500 }, (_, n) => `${n};`);
    const whole = sent.join('');
    const [there, home] = [read(line.far, whole.length), read(line.near, whole.length)];
    for (const part of sent) {
      line.near.write(part);
      line.far.write(part);
    }
    assert.equal((await there).text, whole);
    assert.equal((await home).text, whole);
  });

  test('delivers what was sent before the end, then the end', async () => {
    await using line = await Line.open(5, 5);
    const said = read(line.far, 4);
    const ended = once(line.far, 'end');
    line.near.end('last');
    await ended;
    assert.equal((await said).text, 'last');
  });

  test('reset breaks both ends at once', async () => {
    await using line = await Line.open(0, 0);
    const broken = [line.near, line.far].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    line.link.reset();
    await Promise.all(broken);
  });

  test('says when a connection leads from one end to the other: from then on it can be reset', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using link = await Link.open({ host: '127.0.0.1', port }, { forth: 0, back: 0 });
    const accepted = once(server, 'connection');
    const joined = link.nextJoined();
    const near = createConnection({ host: link.host, port: link.port });
    near.on('error', () => {});
    await joined;
    link.reset();
    const [far] = (await accepted) as [Socket];
    const [error] = (await once(far.resume(), 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNRESET');
    server.close();
  });

  test('keeps nobody waiting for a connection that leads nowhere', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await using link = await Link.open({ host: '127.0.0.1', port }, { forth: 0, back: 0 });
    const waiting = [link.nextJoined(), link.nextForth()];
    createConnection({ host: link.host, port: link.port }).resume();
    await Promise.all(waiting);
  });

  test('takes new connections after a reset', async () => {
    await using line = await Line.open(0, 0);
    line.link.reset();
    const again = createConnection({ host: line.link.host, port: line.link.port });
    await once(again, 'connect');
    again.destroy();
  });

  test('swallows everything once it is told to, and neither end notices', async () => {
    await using line = await Line.open(1, 1);
    const before = read(line.far, 6);
    line.near.write('before');
    await before;
    line.link.swallow();
    const noticed: string[] = [];
    for (const event of ['data', 'end', 'close']) line.far.on(event, () => noticed.push(event));
    line.near.write('after');
    const gone = once(line.near, 'close');
    line.near.resetAndDestroy();
    await gone;
    // what passes another link of this latency, and left later, shows that all this had its time
    await using fence = await Line.open(1, 1);
    const passed = read(fence.far, 1);
    fence.near.write('x');
    await passed;
    assert.deepEqual(noticed, []);
  });

  test('ends every connection when it is disposed of, swallowed ones as well, and listens no more', async () => {
    await using line = await Line.open(1, 1);
    const { host, port } = line.link;
    line.link.swallow();
    line.near.resetAndDestroy();
    const ended = once(line.far, 'close');
    await line.link[Symbol.asyncDispose]();
    await ended;
    await line.link[Symbol.asyncDispose]();
    const [error] = (await once(createConnection({ host, port }), 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
  });

  test('lets a tap hear what comes, what is handed on, and which side ended first', async () => {
    const server = createServer((far) => far.on('data', () => far.end('answer'))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const heard: string[] = [];
    const tap = (): Tap => ({
      came: (direction, bytes) => {
        heard.push(`${direction} ${String(bytes)}`);
        return () => heard.push(`${direction} handed on`);
      },
      ended: (side, fault) => heard.push(`${side} ended${fault === undefined ? '' : ', broken'}`),
    });
    const { port } = server.address() as AddressInfo;
    await using link = await Link.open({ host: '127.0.0.1', port }, { forth: 5, back: 5 }, { tap });
    const near = createConnection({ host: link.host, port: link.port });
    near.write('question');
    await once(near.resume(), 'close');
    server.close();
    const first = ['forth question', 'forth handed on', 'back answer', 'far ended', 'back handed on'];
    assert.deepEqual(heard.slice(0, first.length).toSorted(), first.toSorted());
    assert.ok(heard.indexOf('back answer') < heard.indexOf('back handed on'));
  });

  test('closes a connection when nobody listens at the other end', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await using link = await Link.open({ host: '127.0.0.1', port }, { forth: 0, back: 0 });
    const near = createConnection({ host: link.host, port: link.port });
    near.resume();
    await once(near, 'close');
  });
});
