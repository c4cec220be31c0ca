/**
 * Works on up to `atOnce` items side by side and gives the results in the order of the items. Never holds more than that, and one item that
 * is fetched while a result is being used.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const iterator = items[Symbol.asyncIterator]();
  const running: Promise<R>[] = [];
  const fetched = (): Promise<IteratorResult<T>> => {
    const coming = iterator.next();
    // Seen to below, in its turn; until then a failure must not count as unhandled.
    coming.catch(() => {});
    return coming;
  };
  let coming = fetched();
  try {
    for (;;) {
      const item = await coming;
      if (item.done) break;
      coming = fetched();
      const result = work(item.value);
      result.catch(() => {}); // likewise
      running.push(result);
      if (running.length >= atOnce) {
        const first = running.shift();
        if (first) yield await first;
      }
    }
    for (let next = running.shift(); next; next = running.shift()) yield await next;
  } finally {
    await Promise.allSettled([...running, coming]);
    await iterator.return?.();
  }
}
