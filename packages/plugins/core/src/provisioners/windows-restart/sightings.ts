import { goDuration } from "@kiln/sdk";

/** What was seen of the machine while waiting: a timeout alone would tell nobody why it never came back. */
export class Sightings {
  #gone = false;
  #last: string | undefined;

  /** The machine stopped answering: the restart has begun. */
  wentAway(): void {
    this.#gone = true;
  }

  /** The latest answer, or the lack of one. */
  note(text: string): void {
    this.#last = text;
  }

  summary(timeoutMs: number): string {
    const time = goDuration(timeoutMs);
    const began = this.#gone
      ? "The machine went away as it should"
      : "The machine was never seen to go away: the restart command may not have restarted it";
    return `${began}; last seen within ${time}: ${this.#last ?? "nothing"}. A machine that needs longer wants a higher restart_timeout.`;
  }
}
