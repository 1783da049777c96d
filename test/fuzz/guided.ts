import { seededRandom } from '../simulation/random.js';
import type { Answer } from './answer.js';
import { Coverage } from './coverage.js';
import { tryBytes } from './laws.js';
import { MOST_KEPT_BYTES, mutate, places, SEEDS } from './mutate.js';

export interface Finding {
  readonly bytes: Buffer;
  readonly places: readonly number[];
  readonly broken: string;
}

export interface Guided {
  readonly inputs: number;
  readonly kept: number;
  readonly blocks: { readonly reached: number; readonly all: number };
  /** Different answers by their words. */
  readonly shapes: number;
  readonly refused: number;
  readonly findings: readonly Finding[];
}

/** Coverage costs a fixed time: it is looked at once for so many inputs, and one by one where it grew. */
const BATCH = 128;

/**
 * Mutates inputs, and goes on from those that reach new code or get an answer in new words. The seed alone decides
 * what is tried.
 *
 * @param mostFindings ends early once so many laws were broken
 * @param see is told of each input before it is tried
 */
export async function fuzz(
  inputs: number,
  seed: number,
  options: { readonly mostFindings?: number; readonly see?: (bytes: Buffer) => void } = {},
): Promise<Guided> {
  const { mostFindings = 20, see } = options;
  const random = seededRandom(seed, 0);
  const corpus = [...SEEDS];
  const shapes = new Set<string>();
  const findings: Finding[] = [];
  const coverage = new Coverage();
  const pick = (): Buffer => corpus[Math.floor(random() * corpus.length)]!;
  const keep = (bytes: Buffer): void => {
    if (bytes.length <= MOST_KEPT_BYTES) corpus.push(bytes);
  };
  let [tried, refused] = [0, 0];
  try {
    while (tried < inputs && findings.length < mostFindings) {
      const batch: { bytes: Buffer; places: number[] }[] = [];
      for (let i = Math.min(BATCH, inputs - tried); i > 0; i--) {
        const bytes =
          tried + batch.length < SEEDS.length ? SEEDS[tried + batch.length]! : mutate(pick(), random, pick());
        batch.push({ bytes, places: places(bytes, random) });
      }
      for (const each of batch) {
        see?.(each.bytes);
        const { answer, broken } = await tryBytes(each.bytes, each.places);
        tried++;
        if (broken !== undefined) findings.push({ ...each, broken });
        if (findings.length >= mostFindings) break;
        if (answer === undefined) continue;
        if ('refused' in answer) refused++;
        const shape = shapeOf(answer);
        if (shapes.has(shape)) continue;
        shapes.add(shape);
        keep(each.bytes);
      }
      if (findings.length >= mostFindings || !coverage.hasNew(coverage.take(), false)) continue;
      for (const { bytes, places: at } of batch) {
        await tryBytes(bytes, at);
        if (coverage.hasNew(coverage.take(), true)) keep(bytes);
      }
    }
    return {
      inputs: tried,
      kept: corpus.length,
      blocks: coverage.blocks(),
      shapes: shapes.size,
      refused,
      findings,
    };
  } finally {
    coverage.close();
  }
}

/** The words of an answer without what comes from the input: numbers, and names in quotes. */
function shapeOf(answer: Answer): string {
  if ('refused' in answer) return answer.message.replace(/"[^"]*"|\d+|[^ -~]/g, '#').slice(0, 200);
  const rows = answer.rows
    .slice(0, 4)
    .map(({ problem }) => problem?.reason.replace(/"[^"]*"|\d+/g, '#') ?? 'row');
  return [answer.header.delimiter, answer.header.bom, ...rows].join();
}
