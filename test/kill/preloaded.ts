import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import ts from 'typescript';
import type { Orders } from './preload.js';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Stands in for ECharts: what a page shows is no matter here, and it would be half of a session's work. */
const NO_CHARTS = `export const init = () => ({ setOption() {}, dispose() {}, renderToSVGString: () => '<svg ></svg>' });`;

/** The built program in few files, which load in half the time: there are hundreds of sessions. */
async function bundle(dir: string): Promise<void> {
  const program = await rolldown({
    input: join(PROJECT, 'dist/main.js'),
    platform: 'node',
    external: [/^@azure/, /package\.json$/],
    plugins: [{ name: 'no-charts', load: (id) => (id.includes('echarts') ? NO_CHARTS : null) }],
    checks: { eval: false },
  });
  await program.write({ dir });
  await program.close();
}

/** The preload as JavaScript, which every Node can load, and the program, in a folder of their own; traces go there too. */
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
    await bundle(join(folder, 'dist'));
    await cp(join(PROJECT, 'package.json'), join(folder, 'package.json'));
    await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    return new Preload(folder);
  }

  /** The built program, but for the charts of its page. */
  get main(): string {
    return join(this.folder, 'dist/main.js');
  }

  /** A new trace, and the environment that makes a program obey the orders. */
  orders(orders: Omit<Orders, 'trace'>): { readonly trace: string; readonly env: Record<string, string> } {
    const trace = join(this.folder, `trace-${++this.#traces}`);
    const url = pathToFileURL(join(this.folder, 'preload.js')).href;
    const env = {
      NODE_OPTIONS: `--import ${url}`,
      // From Node 22 on, many starts of one program are much cheaper so.
      NODE_COMPILE_CACHE: this.folder,
      KILL_ORDERS: JSON.stringify({ trace, ...orders }),
    };
    return { trace, env };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
