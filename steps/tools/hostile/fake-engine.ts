import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy for a Docker engine. It can break without harm to the real engine. */
export class FakeEngine implements AsyncDisposable {
  /** The value for DOCKER_HOST. */
  readonly host: string;
  readonly #server = createServer((near) => this.#join(near));
  readonly #sockets = new Set<Socket>();
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
    this.host = `unix://${path}`;
  }

  /** @param path of the socket that it listens on, in a folder of the caller's */
  static async start(path: string): Promise<FakeEngine> {
    const engine = new FakeEngine(path);
    engine.#server.listen(engine.#path);
    await once(engine.#server, 'listening');
    return engine;
  }

  /** Breaks all connections, and accepts no more. */
  die(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.die();
    await closed;
  }

  #join(near: Socket): void {
    const far = connect((process.env['DOCKER_HOST'] ?? '').replace(/^unix:\/\//, '') || '/var/run/docker.sock');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
