import type { Answer, Ask, CreateTogether, GraphPort } from '../model/answer.js';
import type { Row } from '../model/row.js';
import type { Secret } from '../model/secret.js';
import { BulkSize } from './bulk-size.js';
import type { Task } from './task.js';

export interface AskerParts {
  readonly graph: Pick<GraphPort, 'ask'>;
  /** Makes the code of a row's seed for an instant of wall time. */
  readonly codeAt: (row: Row, nowMs: number) => Secret;
  /** Puts several tokens into the inventory by one call; without it each goes by itself. */
  readonly createTogether?: CreateTogether | undefined;
}

/** Makes calls of tasks: one for each, or one for several whose tokens are created together. */
export class Asker {
  readonly #bulk = new BulkSize();

  constructor(private readonly parts: AskerParts) {}

  /** How many more rows the call of this one can serve. */
  companionsOf({ ask }: Task): number {
    return ask === 'create' && this.parts.createTogether !== undefined ? this.#bulk.next - 1 : 0;
  }

  /** Sends one call now. Returns the answer for each task. */
  async ask(tasks: readonly Task[], nowMs: number): Promise<readonly Answer[]> {
    const { graph, createTogether } = this.parts;
    const [first, ...others] = tasks;
    if (first === undefined) throw new Error('a call belongs to a row');
    if (others.length === 0 || createTogether === undefined) {
      return [await graph.ask(this.#askFor(first, nowMs))];
    }
    const answers = await createTogether(tasks.map(({ row }) => row));
    this.#bulk.answered(answers);
    return answers;
  }

  #askFor({ row, ask, doubt }: Task, nowMs: number): Ask {
    switch (ask) {
      case 'create':
        return { kind: ask, row };
      case 'activate': {
        const code = row.proof.kind === 'code' ? row.proof.code : this.parts.codeAt(row, nowMs);
        return { kind: ask, row, code };
      }
      default:
        return { kind: ask, row, page: doubt?.page };
    }
  }
}
