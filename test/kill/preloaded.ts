import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import type { Orders } from './preload.js';

/** The preload as JavaScript, which every Node can load, in a folder of its own; traces go there too. */
export class Preload {
  #traces = 0;

  private constructor(private readonly folder: string) {}

  static async make(): Promise<Preload> {
    const folder = await mkdtemp(join(tmpdir(), 'oath-enroll-preload-'));
    for (const name of ['preload', 'fast-time']) {
      const source = await readFile(fileURLToPath(new URL(`${name}.ts`, import.meta.url)), 'utf8');
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
      });
      await writeFile(join(folder, `${name}.js`), outputText);
    }
    return new Preload(folder);
  }

  /** A new trace, and the environment that makes a program obey the orders. */
  orders(orders: Omit<Orders, 'trace'>): { readonly trace: string; readonly env: Record<string, string> } {
    const trace = join(this.folder, `trace-${++this.#traces}`);
    const url = pathToFileURL(join(this.folder, 'preload.js')).href;
    const env = {
      NODE_OPTIONS: `--import ${url}`,
      KILL_ORDERS: JSON.stringify({ trace, ...orders }),
    };
    return { trace, env };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
