/**
 * Makes every process of the tests use Node's compile cache. Otherwise a hundred processes would compile the same modules.
 */
import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';

enableCompileCache();
const cache = getCompileCacheDir();
// The cache has a folder for each version of Node.
if (cache !== undefined) process.env['NODE_COMPILE_CACHE'] ??= dirname(cache);
