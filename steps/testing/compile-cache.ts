/**
 * Lets every process of the tests take compiled code from Node's usual cache: `node --import ./steps/testing/compile-cache.ts --test`.
 * More than a hundred processes compile the same modules otherwise.
 */
import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';

enableCompileCache();
const cache = getCompileCacheDir();
// The cache has a folder for each version of Node.
if (cache !== undefined) process.env['NODE_COMPILE_CACHE'] ??= dirname(cache);
