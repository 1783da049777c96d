/**
 * Begins work on items as they come, up to `most` at the same time, and finishes them one after the other in their
 * order, each as soon as its turn has come. What was begun is finished also where the items break off.
 *
 * @throws what the items, `begin` or `finish` throw
 */
export async function inTurn<Item, Begun>(
  items: AsyncIterable<Item>,
  most: number,
  begin: (item: Item) => Promise<Begun>,
  finish: (item: Item, begun: Begun) => Promise<unknown> | undefined,
): Promise<void> {
  const turns: Promise<void>[] = [];
  let last = Promise.resolve();
  const take = (item: Item): void => {
    const begun = begin(item);
    last = Promise.all([begun, last]).then(async ([result]) => {
      await finish(item, result);
    });
    // It is waited for later: until then nobody hears of its failure.
    last.catch(() => undefined);
    turns.push(last);
  };
  try {
    for await (const item of items) {
      take(item);
      if (turns.length >= most) await turns.shift();
    }
  } finally {
    await last;
  }
}
