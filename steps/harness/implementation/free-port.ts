import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports below those that a system gives to outgoing connections and to programs that ask for any port (Linux from 32768, others from
 * 49152). No other program gets one of them by chance before the implementation listens, and no attempt to connect to one can reach
 * itself, or another program.
 */
const range = { least: 20_000, most: 32_767 };

/** How many ports are tried. */
const TRIES = 100;

/**
 * Finds a TCP port of this machine on which nothing listens, and which the system gives to no other program by chance.
 *
 * @param host an address of this machine
 * @throws Error of node:net when the address is not one of this machine, or no port was free
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let left = TRIES; ; left -= 1) {
    const port = randomInt(range.least, range.most + 1);
    const server = createServer().listen(port, host);
    try {
      await once(server, 'listening');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (left > 1 && (code === 'EADDRINUSE' || code === 'EACCES')) continue;
      throw error;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
