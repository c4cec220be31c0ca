import type { Ui } from "../run.ts";

/** Records lines as a person would read them: `==> text`, `    text`, `!!> text` for errors. */
export class FakeUi implements Ui {
  readonly lines: string[] = [];
  readonly answers: string[] = [];
  readonly questions: string[] = [];

  say(line: string): void {
    this.lines.push(`==> ${line}`);
  }
  message(line: string): void {
    this.lines.push(`    ${line}`);
  }
  error(line: string): void {
    this.lines.push(`!!> ${line}`);
  }
  progress(): Disposable & { advance(by: number): void } {
    return { advance: () => {}, [Symbol.dispose]: () => {} };
  }
  async ask(question: string): Promise<string> {
    this.questions.push(question);
    const answer = this.answers.shift();
    if (answer === undefined) throw Object.assign(new Error("no terminal to ask on"), { code: "ui/no-terminal" });
    return answer;
  }
}
