import type { Terminal } from "@kiln/host-node";
import type { EngineEvent, EngineEventBody } from "@kiln/sdk";
import { FakeClock } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { ProgressLine } from "./progress-line.ts";

function scene(watched: boolean) {
  let written = "";
  const clock = new FakeClock();
  // The ticks are the test's own.
  clock.sleep = () => new Promise(() => {});
  const terminal = { watched, columns: 60, write: (text: string) => void (written += text) } as unknown as Terminal;
  const line = new ProgressLine(terminal, clock);
  const see = (event: EngineEventBody): void => line.observe({ at: "", run: "r", ...event } as EngineEvent);
  return { line, clock, see, text: () => written };
}

describe("the progress line", () => {
  it("shows how far a transfer is, and goes when other text comes", () => {
    const { line, see, text } = scene(true);
    see({ type: "progress", build: "web", label: "f.iso", done: 1024 * 1024, total: 4 * 1024 * 1024 });
    line.write("==> web: hello\n");
    see({ type: "progress", build: "web", label: "f.iso", done: 4, total: 4, ended: true });
    expect(text()).toBe(
      "    web: f.iso 25% (1.0 MiB of 4.0 MiB)\r\u001b[2K==> web: hello\n    web: f.iso 25% (1.0 MiB of 4.0 MiB)\r\u001b[2K",
    );
  });

  it("says since when a build waits, after two seconds", () => {
    const { clock, see, text } = scene(true);
    see({ type: "line", build: "web", level: "say", text: "Waiting for SSH to become available..." });
    expect(text()).toBe("");
    clock.advance(3000);
    see({ type: "progress", build: "web", label: "x", done: 0, ended: true });
    expect(text()).toBe("    web: Waiting for SSH to become available... 3 s");
    see({ type: "line", build: "web", level: "say", text: "Connected to SSH!" });
    expect(text().endsWith("\r\u001b[2K")).toBe(true);
  });

  it("shows nothing in a pipe", () => {
    const { line, see, text } = scene(false);
    see({ type: "progress", build: "web", label: "f", done: 1, total: 2 });
    line.write("plain\n");
    expect(text()).toBe("plain\n");
  });
});
