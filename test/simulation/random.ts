/**
 * Numbers in [0, 1) that the seed alone decides: a 32-bit xorshift (Marsaglia, "Xorshift RNGs", 2003), whose state
 * is never 0. Every use takes a `stream` of its own, so that one more number here changes nothing there.
 */
export function seededRandom(seed: number, stream: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  // Near seeds begin alike.
  for (let i = 0; i < 16; i++) next();
  return next;
}
