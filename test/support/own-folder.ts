import { AsyncLocalStorage } from 'node:async_hooks';
import fs from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';

const folders = new AsyncLocalStorage<string>();

/** Where all that follows from an act takes relative paths from, as if it were a process that was started there. */
export const within = <T>(folder: string, act: () => Promise<T>): Promise<T> => folders.run(folder, act);

/** Where that is; '' where no folder was named. */
export const ownFolder = (): string => folders.getStore() ?? '';

type Act = (this: unknown, ...given: unknown[]) => unknown;

/** Their second argument is a path too. */
const TWO_PATHS = /^(rename|link|copyFile|cp)/;

function takePathsFromFolder(api: Record<string, unknown>): void {
  for (const [name, act] of Object.entries(api)) {
    if (typeof act !== 'function' || !/^[a-z]/.test(name)) continue;
    const at: Act = function (this: unknown, path, second, ...rest) {
      const given = [path, second, ...rest].slice(0, arguments.length);
      const paths = TWO_PATHS.test(name) ? 2 : 1;
      return Reflect.apply(
        act,
        this,
        given.map((value, index) => (index < paths ? placed(value) : value)),
      );
    };
    api[name] = Object.defineProperties(at, Object.getOwnPropertyDescriptors(act));
  }
}

function placed(path: unknown): unknown {
  const folder = folders.getStore();
  return folder === undefined || typeof path !== 'string' ? path : resolve(folder, path);
}

const cwd = process.cwd.bind(process);
process.cwd = () => folders.getStore() ?? cwd();
takePathsFromFolder(fs);
takePathsFromFolder(files);
syncBuiltinESMExports();
