/**
 * Thrown when evaluation needs something that is still on its way: code loaded on first use, a file, a secret. It is not a
 * failure: `settle` waits for it and evaluates again, this time with the answer at hand.
 */
export class Suspension extends Error {
  static {
    this.prototype.name = "Suspension";
  }
  readonly ready: Promise<void>;
  constructor(ready: Promise<void>) {
    super("evaluation waits for something; call it through settle()");
    this.ready = ready;
  }
}

/**
 * Runs synchronous work that evaluates expressions, waiting and starting over whenever it is suspended. The work must be
 * free of side effects, since it may run several times.
 */
export async function settle<R>(work: () => R, signal?: AbortSignal): Promise<R> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Suspension)) throw error;
      await error.ready;
    }
  }
}

type Answer<R> = { readonly value: R } | { readonly error: unknown };

/** Answers that were asked for once: at hand, or to be waited for. */
export class Answers {
  private readonly known = new Map<string, Answer<unknown>>();
  private readonly waiting = new Map<string, Promise<void>>();

  /** The answer to `key`, asked for at most once; suspends while it is on its way, throws what asking threw. */
  get<R>(key: string, ask: () => R | Promise<R>): R {
    const known = this.known.get(key);
    if (known) {
      if ("error" in known) throw known.error;
      return known.value as R;
    }
    const pending = this.waiting.get(key);
    if (pending) throw new Suspension(pending);
    const asked = ask();
    if (!(asked instanceof Promise)) {
      this.known.set(key, { value: asked });
      return asked;
    }
    const ready = asked.then(
      (value) => void this.known.set(key, { value }),
      (error: unknown) => void this.known.set(key, { error }),
    );
    this.waiting.set(key, ready);
    throw new Suspension(ready);
  }
}

/** A module that is loaded when it is first needed. */
export function lazily<M>(load: () => Promise<M>): () => M {
  let loaded: M | undefined;
  let ready: Promise<void> | undefined;
  return () => {
    if (loaded !== undefined) return loaded;
    ready ??= load().then((module) => {
      loaded = module;
    });
    throw new Suspension(ready);
  };
}
