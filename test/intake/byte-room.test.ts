import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteRoom } from '../../src/intake/byte-room.js';

const steps = fc.array(
  fc.oneof(fc.record({ add: fc.uint8Array({ maxLength: 20 }) }), fc.record({ take: fc.nat({ max: 100 }) })),
  { maxLength: 60 },
);

it('gives out the bytes that were put in, in their order, and leaves the pieces as they were', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const room = new ByteRoom();
      let left = Buffer.alloc(0);
      const pieces: (readonly [piece: Buffer, was: string])[] = [];
      for (const step of all) {
        if ('add' in step) {
          const piece = Buffer.from(step.add);
          pieces.push([piece, piece.toString('hex')]);
          left = Buffer.concat([left, piece]);
          expect(room.append(piece)).toEqual(left);
        } else {
          const count = step.take % (left.length + 1);
          expect(room.take(count)).toEqual(left.subarray(0, count));
          left = left.subarray(count);
        }
        expect(room.bytes).toEqual(left);
      }
      for (const [piece, was] of pieces) expect(piece.toString('hex')).toBe(was);
    }),
    { numRuns: 300 },
  );
});

it('copies nothing where all is taken before more comes', () => {
  const room = new ByteRoom();
  for (const text of ['one', 'two', 'three']) {
    const piece = Buffer.from(text);
    const held = room.append(piece);
    expect([held.buffer, held.byteOffset]).toEqual([piece.buffer, piece.byteOffset]);
    room.take(piece.length);
  }
});
