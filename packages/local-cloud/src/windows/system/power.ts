/** What `shutdown` asked for. */
export interface Shutdown {
  readonly kind: "restart" | "off";
  readonly delayMs: number;
}

/** ERROR_SHUTDOWN_IN_PROGRESS, ERROR_SHUTDOWN_IS_SCHEDULED, ERROR_NO_SHUTDOWN_IN_PROGRESS. */
export const shutdownError = { inProgress: 1115, isScheduled: 1190, none: 1116 } as const;

/** Shutdowns and restarts: at most one is under way. */
export class Power {
  readonly #act: (kind: Shutdown["kind"]) => void;
  #timer: NodeJS.Timeout | undefined;
  #isGoing = false;

  /** `act` is called when the machine goes down; it is not called twice. */
  constructor(act: (kind: Shutdown["kind"]) => void) {
    this.#act = act;
  }
  get isGoingDown(): boolean {
    return this.#isGoing;
  }
  /** An error number, or 0. */
  schedule({ kind, delayMs }: Shutdown): number {
    if (this.#isGoing) return shutdownError.inProgress;
    if (this.#timer) return shutdownError.isScheduled;
    const go = (): void => {
      this.#isGoing = true;
      this.#act(kind);
    };
    if (delayMs <= 0) go();
    else {
      this.#timer = setTimeout(go, delayMs);
      this.#timer.unref();
    }
    return 0;
  }
  abort(): number {
    if (this.#isGoing || !this.#timer) return this.#isGoing ? shutdownError.inProgress : shutdownError.none;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return 0;
  }
  /** The machine is up again. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isGoing = false;
  }
}
