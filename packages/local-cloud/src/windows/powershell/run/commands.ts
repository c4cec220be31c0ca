import { Refusal } from "../../system/refusal.ts";
import { decodeFile } from "../../system/text-encodings.ts";
import { cmdletAliases, cmdlets } from "../cmdlets/all.ts";
import { cmdletStage } from "../cmdlets/cmdlet.ts";
import { mayExist } from "../cmdlets/known-elsewhere.ts";
import { parseScript } from "../syntax/parse-script.ts";
import { ScriptSyntaxError } from "../syntax/script-error.ts";
import { text } from "../values/convert.ts";
import { failure } from "../values/errors.ts";
import { ScriptBlock } from "../values/script-block.ts";
import type { BoundArgument, Engine, FoundCommand, Frame, Stage } from "./engine.ts";
import { nativeStage } from "./native.ts";
import type { PreparedCommand } from "./pipeline.ts";

/** The stage of a command: an alias, a function, a cmdlet, a script or a program, looked for in that order. */
export function commandStage(
  engine: Engine,
  { call, name, args }: PreparedCommand,
  frame: Frame,
  hasInput: boolean,
): Stage {
  const dotSource = call.invocation === ".";
  if (name instanceof ScriptBlock)
    return engine.bodyStage(name.body, args, frame, { kind: "block", name: "", dotSource, hasInput });
  return namedStage(engine, text(name), args, frame, hasInput, dotSource);
}

/** Runs a command by its name, with nothing piped in. */
export async function runNamed(
  engine: Engine,
  name: string,
  args: readonly BoundArgument[],
  frame: Frame,
): Promise<void> {
  const stage = namedStage(engine, name, args, frame, false, false);
  await stage.begin();
  await stage.process(undefined);
  await stage.end();
}

function namedStage(
  engine: Engine,
  given: string,
  args: readonly BoundArgument[],
  frame: Frame,
  hasInput: boolean,
  dotSource: boolean,
): Stage {
  if (given === "")
    throw failure(
      "CommandNotFoundException",
      "The expression after '&' in a pipeline element produced an object that was not valid. It must result in a command name, a script block, or a CommandInfo object.",
    );
  const name = resolveAlias(given, frame);
  const known = frame.scope.findFunction(name);
  if (known)
    return engine.bodyStage(known.body, args, frame, {
      kind: "function",
      name: known.name,
      isFilter: known.isFilter,
      dotSource,
      hasInput,
    });
  const cmdlet = cmdlets.get(name.toLowerCase().replace(/^microsoft\.powershell\.\w+\\/, ""));
  if (cmdlet) return cmdletStage(cmdlet, args, engine, frame, hasInput);
  const executable = engine.process.system.launcher.find(engine.process, name, /[\\/]/.test(name));
  if (executable?.kind === "powershell") {
    const body = readScript(engine, executable.path);
    return engine.bodyStage(body, args, frame, {
      kind: "script",
      name: given,
      path: executable.path,
      dotSource,
      hasInput,
    });
  }
  if (executable) return nativeStage(engine, executable, name, args, frame, hasInput);
  if (mayExist(name)) throw new Refusal(`the command "${given}"`);
  throw failure(
    "CommandNotFoundException",
    `The term '${given}' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.`,
    {
      type: "System.Management.Automation.CommandNotFoundException",
      category: `ObjectNotFound: (${given}:String)`,
      target: given,
    },
  );
}

export function resolveAlias(name: string, frame: Frame): string {
  return frame.scope.findAlias(name) ?? cmdletAliases.get(name.toLowerCase()) ?? name;
}

/** Reads a script file. Errors in it are errors of the command that calls it. */
export function readScript(engine: Engine, path: string): ReturnType<typeof parseScript> {
  try {
    return parseScript(decodeFile(engine.process.system.drive.read(path)), path);
  } catch (error) {
    if (!(error instanceof ScriptSyntaxError)) throw error;
    const found = failure(error.id, error.message, {
      category: "ParserError: (:)",
      type: "System.Management.Automation.ParseException",
    });
    found.record.place = { source: error.source, extent: error.extent };
    throw found;
  }
}

/** What a name stands for, for Get-Command. */
export function findCommand(engine: Engine, name: string, frame: Frame): FoundCommand | undefined {
  const alias = frame.scope.findAlias(name) ?? cmdletAliases.get(name.toLowerCase());
  if (alias !== undefined) return { kind: "Alias", shown: name, source: alias };
  const known = frame.scope.findFunction(name);
  if (known) return { kind: "Function", shown: known.name, source: "" };
  const cmdlet = cmdlets.get(name.toLowerCase());
  if (cmdlet) return { kind: "Cmdlet", shown: cmdlet.name, source: "Microsoft.PowerShell.Utility" };
  const program = engine.process.system.launcher.find(engine.process, name, /[\\/]/.test(name));
  if (!program) return undefined;
  const shown = program.path.split("\\").at(-1) ?? name;
  return { kind: program.kind === "powershell" ? "ExternalScript" : "Application", shown, source: program.path };
}
