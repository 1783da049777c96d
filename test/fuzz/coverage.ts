import { Session, type Profiler } from 'node:inspector';

/** The code that inputs are to reach. */
const WATCHED = /\/src\/(?:intake\/|model\/spreadsheet)/;

/**
 * Which code runs, by V8's precise coverage of blocks. What was reached is remembered as characters of the source, as
 * V8 cuts blocks differently from one time to the next.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #reached = new Map<string, Uint8Array>();
  readonly #edges = new Map<string, Set<number>>();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** What ran since the last call. */
  take(): readonly Profiler.ScriptCoverage[] {
    let scripts: readonly Profiler.ScriptCoverage[] = [];
    // The answer to a session's own thread comes at once.
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error;
      scripts = result.filter(({ url }) => WATCHED.test(url));
    });
    return scripts;
  }

  /** Whether it holds code that was never reached; with `keep` it is reached from now on. */
  hasNew(scripts: readonly Profiler.ScriptCoverage[], keep: boolean): boolean {
    let isNew = false;
    for (const { url, functions } of scripts) {
      const end = Math.max(...functions.map(({ ranges }) => ranges[0]?.endOffset ?? 0));
      const reached = this.#grown(url, end);
      const now = new Uint8Array(end);
      const edges = this.#edges.get(url) ?? new Set();
      // Outer ranges come before those inside of them, which know better.
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          edges.add(startOffset).add(endOffset);
          now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
        }
      }
      this.#edges.set(url, edges);
      for (let i = 0; i < end; i++) {
        if (now[i] === 0 || reached[i] === 1) continue;
        isNew = true;
        if (keep) reached[i] = 1;
        else break;
      }
    }
    return isNew;
  }

  /** Blocks between any two places where V8 ever began or ended one, and how many of them ran. */
  blocks(): { readonly reached: number; readonly all: number } {
    let [ran, all] = [0, 0];
    for (const [url, edges] of this.#edges) {
      const reached = this.#reached.get(url)!;
      const starts = [...edges].sort((a, b) => a - b).slice(0, -1);
      all += starts.length;
      ran += starts.filter((start) => reached[start] === 1).length;
    }
    return { reached: ran, all };
  }

  close(): void {
    this.#session.disconnect();
  }

  #grown(url: string, length: number): Uint8Array {
    const known = this.#reached.get(url);
    if (known !== undefined && known.length >= length) return known;
    const reached = new Uint8Array(length);
    if (known !== undefined) reached.set(known);
    this.#reached.set(url, reached);
    return reached;
  }
}
