import { homedir } from "node:os";
import { join } from "node:path";
import { fileJournals, nodeHost, nodeTerminal, processInterrupts } from "@kiln/host-node";
import type { Io } from "./io.ts";
import { runCommand } from "./run-command.ts";
import { lazyRunUuid } from "./run-uuid.ts";
import { cacheDirectory, stateDirectory } from "./state-directory.ts";

/** The one place that touches the process: arguments, environment, signals, exit code. */
async function main(): Promise<never> {
  const startEnv = process.env;
  const runUuid = lazyRunUuid(startEnv);
  const terminal = nodeTerminal();
  const state = stateDirectory(startEnv, homedir());
  const args = process.argv.slice(2);
  const machineReadable = args.includes("-machine-readable");
  const interruptTold: Io["interruptTold"] = { listener: undefined };
  const io: Io = {
    invokedAs: startEnv["KILN_INVOKED_AS"] === "packer" ? "packer" : "kiln",
    commandLine: args,
    host: nodeHost(startEnv),
    stateDirectory: state,
    cacheDirectory: cacheDirectory(startEnv, homedir()),
    terminal,
    interrupts: processInterrupts((word, count) => interruptTold.listener?.(word, count)),
    interruptTold,
    journals: fileJournals(join(state, "runs")),
    machineReadable,
    get runUuid() {
      return runUuid();
    },
  };
  delete startEnv["KILN_INVOKED_AS"];
  const code = await runCommand(
    io,
    args.filter((a) => a !== "-machine-readable"),
  );
  await terminal.flush();
  if (io.interrupts.last.aborted) io.interrupts.raise();
  return process.exit(code);
}

// Not awaited: a module that waits here keeps whoever imports from its file waiting too.
void main();
