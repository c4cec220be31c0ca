/** Works on up to `atOnce` items side by side and gives the results in the order of the items. Never holds more than that. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // Seen to below, in its turn; until then a failure must not count as unhandled.
      result.catch(() => {});
      running.push(result);
      if (running.length >= atOnce) {
        const first = running.shift();
        if (first) yield await first;
      }
    }
    for (let next = running.shift(); next; next = running.shift()) yield await next;
  } finally {
    await Promise.allSettled(running);
  }
}
