import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { BUILT } from '../support/program.js';

/** Tells on standard error of each module that is loaded. */
const TELL =
  'data:text/javascript,import{register}from"node:module";register("data:text/javascript,export async function ' +
  'load(url,context,next){process._rawDebug(url);return next(url,context)}")';

/** What is loaded is the same on a busy machine; how long it takes is for `npm run bench:start`. */
it('the help loads no package but the one that reads the command line', async () => {
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', TELL, BUILT, '--help']);
  const loaded = stderr.split('\n').filter((line) => line.startsWith('file:'));

  expect(loaded.some((url) => url.endsWith('/dist/cli/program.js'))).toBe(true);
  const packages = loaded.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  expect([...new Set(packages)]).toEqual(['commander']);
  expect(loaded.filter((url) => /dist\/(dispatch|emulator|intake|journal|results)\//.test(url))).toEqual([]);
});
