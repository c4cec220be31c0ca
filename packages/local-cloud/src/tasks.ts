/** Work that goes on after its request was answered. All of it ends before the cloud is disposed. */
export class Tasks {
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #report: (error: unknown) => void;

  /** `report` hears of failures that no resource's state could carry: defects. */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  start(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const running = work(this.#stop.signal).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#report(error);
    });
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
    return running;
  }

  /** Aborts everything and waits until it has ended. */
  async end(): Promise<void> {
    this.#stop.abort(new Error("the local cloud is being stopped"));
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
