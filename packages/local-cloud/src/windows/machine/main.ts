/**
 * A Windows stand-in as a program, started in the network namespace that is the machine's. Says `loaded`, takes its settings
 * as a line of JSON, and then orders; everything that it says is a line of JSON too. It ends when its input does, that is with the process
 * that started it. With `shell PATH` it is instead the terminal of such a machine.
 */
import { connect } from "node:net";
import { argv, exit, stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { RunningSystem } from "./running-system.ts";
import type { MachineMessage, MachineOrder, WindowsMachineSettings } from "./settings.ts";

function tell(message: MachineMessage): void {
  stdout.write(`${JSON.stringify(message)}\n`);
}

function serve(): void {
  const lines = createInterface({ input: stdin });
  let machine: RunningSystem | undefined;
  const obey = async (line: string): Promise<void> => {
    if (!machine) {
      machine = new RunningSystem(JSON.parse(line) as WindowsMachineSettings, tell);
      await machine.boot();
      return;
    }
    const order = line as MachineOrder;
    if (order === "flush") {
      machine.flush();
      tell({ is: "flushed" });
    } else if (order === "stop") {
      await machine.stop();
      exit(0);
    }
  };
  lines.on("line", (line) => {
    obey(line).catch((error: unknown) => {
      tell({ is: "failed", reason: error instanceof Error ? error.message : String(error) });
      exit(1);
    });
  });
  lines.once("close", () => exit(0));
  tell({ is: "loaded" });
}

function shell(path: string): void {
  const socket = connect(path);
  stdin.pipe(socket).pipe(stdout);
  socket.once("error", (error) => {
    stdout.write(`The machine does not answer: ${error.message}\n`);
    exit(1);
  });
  socket.once("close", () => exit(0));
}

const [, , mode, path] = argv;
if (mode === "shell" && path !== undefined) shell(path);
else serve();
