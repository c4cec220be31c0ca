/** A task of the Task Scheduler: what it runs, and as whom. */
export interface TaskDefinition {
  readonly name: string;
  readonly user: string;
  readonly command: string;
  readonly arguments: string;
  readonly directory: string;
}
/** A run of a task: from `start` until `ended`. */
export interface TaskRun {
  readonly startedMs: number;
  readonly ended: Promise<number>;
}
/** SCHED_S_TASK_HAS_NOT_RUN, as a task says that has not. */
export const hasNotRun = 267_011;

/** The registered tasks and what became of their last run. They go with a restart only if they are deleted. */
export class ScheduledTasks {
  readonly #tasks = new Map<
    string,
    { definition: TaskDefinition; result: number; running: number; abort: AbortController | undefined }
  >();
  readonly #run: (definition: TaskDefinition, signal: AbortSignal) => Promise<number>;

  constructor(
    run: (definition: TaskDefinition, signal: AbortSignal) => Promise<number>,
    stored: readonly TaskDefinition[] = [],
  ) {
    this.#run = run;
    for (const definition of stored) this.register(definition);
  }
  stored(): readonly TaskDefinition[] {
    return [...this.#tasks.values()].map(({ definition }) => definition);
  }
  register(definition: TaskDefinition): void {
    this.#tasks.set(definition.name.toLowerCase(), { definition, result: hasNotRun, running: 0, abort: undefined });
  }
  find(
    name: string,
  ): { readonly definition: TaskDefinition; readonly result: number; readonly isRunning: boolean } | undefined {
    const task = this.#tasks.get(name.replace(/^\\/, "").toLowerCase());
    return task && { definition: task.definition, result: task.result, isRunning: task.running > 0 };
  }
  /** Starts a run and does not wait for it. */
  start(name: string): void {
    const task = this.#tasks.get(name.replace(/^\\/, "").toLowerCase());
    if (!task) return;
    task.abort ??= new AbortController();
    task.running++;
    const run = this.#run(task.definition, task.abort.signal);
    void run
      .catch(() => 1)
      .then((code) => {
        task.result = code;
        task.running--;
      });
  }
  stop(name: string): void {
    const task = this.#tasks.get(name.replace(/^\\/, "").toLowerCase());
    task?.abort?.abort();
    if (task) task.abort = undefined;
  }
  remove(name: string): boolean {
    this.stop(name);
    return this.#tasks.delete(name.replace(/^\\/, "").toLowerCase());
  }
  stopAll(): void {
    for (const name of this.#tasks.keys()) this.stop(name);
  }
}
