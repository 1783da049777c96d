import { RecordCutter } from '../../src/intake/record-cutter.js';

/** Ways to cut records wrongly, each a slip that somebody could make: what the fuzzer has to find. */
export const BROKEN_CUTTERS: Readonly<Record<string, (push: RecordCutter['push']) => RecordCutter['push']>> =
  {
    'loses a line break that ends a chunk': (push) =>
      function (this: RecordCutter, chunk) {
        return push.call(
          this,
          chunk.length > 1 && chunk[chunk.length - 1] === 0x0a ? chunk.subarray(0, -1) : chunk,
        );
      },
    'loses the last of many records': (push) =>
      function (this: RecordCutter, chunk) {
        const complete = push.call(this, chunk);
        const lines = complete.toString('latin1').split('\n');
        return lines.length > 4 ? complete.subarray(0, complete.length - lines.at(-2)!.length - 1) : complete;
      },
    'begins a chunk with a line of its own after CR': (push) => {
      const afterCr = new WeakSet<RecordCutter>();
      return function (this: RecordCutter, chunk) {
        const torn =
          afterCr.has(this) && chunk[0] === 0x0a ? Buffer.concat([Buffer.from(' '), chunk]) : chunk;
        if (chunk.length > 0) afterCr.delete(this);
        if (chunk.at(-1) === 0x0d) afterCr.add(this);
        return push.call(this, torn);
      };
    },
  };

/** Does something while every cutter of the program is broken in this way. */
export async function withBrokenCutter<T>(name: string, work: () => Promise<T>): Promise<T> {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the cutter that it is given.
  const { push } = RecordCutter.prototype;
  RecordCutter.prototype.push = BROKEN_CUTTERS[name]!(push);
  try {
    return await work();
  } finally {
    RecordCutter.prototype.push = push;
  }
}
