/**
 * Lets every process of the tests take compiled code from Node's usual cache: a hundred of them compile the same modules otherwise.
 */
import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';

enableCompileCache();
const cache = getCompileCacheDir();
// The cache has a folder for each version of Node.
if (cache !== undefined) process.env['NODE_COMPILE_CACHE'] ??= dirname(cache);
