import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { Questions } from "./questions.ts";

const never = new AbortController().signal;

function scene() {
  const input = new PassThrough();
  let written = "";
  const questions = new Questions(input, (text) => void (written += text));
  return { input, questions, text: () => written };
}

describe("questions on a terminal", () => {
  it("are answered by the line that is typed", async () => {
    const { input, questions, text } = scene();
    const answer = questions.ask("r or c? ", never);
    input.write("r\n");
    expect([await answer, text()]).toEqual(["r", "r or c? "]);
  });

  it("come one at a time, and lines typed ahead answer those that follow", async () => {
    const { input, questions, text } = scene();
    const answers = [questions.ask("1? ", never), questions.ask("2? ", never)];
    input.write("one\r\ntwo\nthr");
    expect(await Promise.all(answers)).toEqual(["one", "two"]);
    expect(text()).toBe("1? 2? \n");
    const third = questions.ask("3? ", never);
    input.write("ee\n");
    expect(await third).toBe("three");
  });

  it("end with their signal, also those that wait for their turn", async () => {
    const { input, questions, text } = scene();
    const first = new AbortController();
    const second = new AbortController();
    const open = questions.ask("1? ", first.signal);
    const waiting = questions.ask("2? ", second.signal);
    second.abort(new Error("second is over"));
    await expect(waiting).rejects.toThrow("second is over");
    const third = questions.ask("3? ", never);
    first.abort(new Error("first is over"));
    await expect(open).rejects.toThrow("first is over");
    input.write("x\n");
    expect([await third, text()]).toEqual(["x", "1? \n3? "]);
    await expect(questions.ask("4? ", first.signal)).rejects.toThrow("first is over");
  });

  it("have no answer where the input has ended", async () => {
    const { input, questions } = scene();
    const open = questions.ask("? ", never);
    input.end();
    await expect(open).rejects.toMatchObject({ code: "ui/no-terminal" });
    await expect(questions.ask("? ", never)).rejects.toMatchObject({ code: "ui/no-terminal" });
  });

  it("leave their line to what is written meanwhile", async () => {
    const { input, questions, text } = scene();
    const answer = questions.ask("? ", never);
    await new Promise(setImmediate);
    questions.leaveQuestion();
    questions.leaveQuestion();
    input.write("y\n");
    await answer;
    expect(text()).toBe("? \n");
  });
});
