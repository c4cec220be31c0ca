import { splitArguments } from "../system/arguments.ts";
import type { WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import { decodeFile } from "../system/text-encodings.ts";
import { absolutePath, parentOf } from "../system/windows-path.ts";
import { type ClixmlLine, clixml } from "./run/clixml.ts";
import { LoopExit, ReturnExit, ScriptExit } from "./run/engine.ts";
import { Interpreter } from "./run/interpreter.ts";
import { errorLines } from "./run/report.ts";
import type { ScriptBody } from "./syntax/ast.ts";
import { parseScript } from "./syntax/parse-script.ts";
import { positionLines, ScriptSyntaxError } from "./syntax/script-error.ts";
import { failure, TerminatingError } from "./values/errors.ts";
import type { Value } from "./values/value.ts";

interface Options {
  readonly file?: string;
  readonly command?: string;
  readonly isEncoded: boolean;
  readonly fromInput: boolean;
  readonly args: readonly string[];
}

const valued = [
  "executionpolicy",
  "ep",
  "inputformat",
  "outputformat",
  "windowstyle",
  "version",
  "psconsolefile",
  "configurationname",
];
const flags = ["noprofile", "nop", "noninteractive", "nologo", "sta", "mta"];

/** powershell.exe: runs a command or a script file, and ends with its exit code. */
export async function powershell(process: WindowsProcess, argumentText: string): Promise<number> {
  const options = readOptions(splitArguments(argumentText), process);
  if (typeof options === "string") {
    process.errorLine(options);
    return 1;
  }
  const xml: ClixmlLine[] = [];
  const interpreter = new Interpreter(process, (lines, stream) => {
    // Errors go to standard error; other messages are the console's own.
    if (options.isEncoded) for (const line of lines) xml.push({ stream, line });
    else if (stream === "Error") for (const line of lines) process.errorLine(line);
    else for (const line of lines) process.line(line);
  });
  try {
    return await run(interpreter, options);
  } finally {
    if (xml.length > 0) process.errors.write(Buffer.from(clixml(xml)));
  }
}

async function run(interpreter: Interpreter, options: Options): Promise<number> {
  const { process } = interpreter;
  if (options.fromInput) return runInput(interpreter);
  let body: ScriptBody;
  let path: string | undefined;
  try {
    if (options.file === undefined) body = parseScript(options.command ?? "");
    else {
      path = absolutePath(options.file, process.directory);
      if (!process.system.drive.facts(path)) {
        process.errorLine(
          `The argument '${options.file}' to the -File parameter does not exist. Provide the path to an existing '.ps1' file as an argument to the -File parameter.`,
        );
        // ERROR_FILE_NOT_FOUND's code at powershell.exe.
        return -196608;
      }
      if (!/\.ps1$/i.test(path)) {
        process.errorLine(
          `Processing -File '${options.file}' failed because the file does not have a '.ps1' extension. Specify a valid Windows PowerShell script file name, and then try again.`,
        );
        return -196608;
      }
      body = parseScript(decodeFile(process.system.drive.read(path)), path);
    }
  } catch (error) {
    if (!(error instanceof ScriptSyntaxError)) throw error;
    await interpreter.hostFrame.streams[2](syntaxMessage(error));
    return 1;
  }
  const code = await runBody(interpreter, body, path, options.args);
  interpreter.flushHost();
  if (code !== undefined) return code;
  // A script file ends with 0 unless it says otherwise; of a command counts how the last statement went.
  return options.file !== undefined || interpreter.succeeded ? 0 : 1;
}

/** The exit code where the code ended with one; undefined when it ran to its end. */
async function runBody(
  interpreter: Interpreter,
  body: ScriptBody,
  path: string | undefined,
  args: readonly string[],
): Promise<number | undefined> {
  const { process } = interpreter;
  const readsInput = body.processBlock !== undefined || /\$input\b/i.test(body.source.text);
  const given = args.map(argumentOf);
  const stage = interpreter.bodyStage(body, given, interpreter.hostFrame, {
    kind: path === undefined ? "block" : "script",
    isMain: true,
    name: path ?? "",
    ...(path !== undefined && { path }),
    dotSource: path === undefined,
    hasInput: readsInput,
  });
  if (path !== undefined) {
    interpreter.global.set("PSCommandPath", path);
    interpreter.global.set("PSScriptRoot", parentOf(path));
  }
  try {
    await stage.begin();
    if (readsInput)
      for (let line = await process.lines.next(); line !== undefined; line = await process.lines.next())
        await stage.process(line);
    else await stage.process(undefined);
    await stage.end();
    return undefined;
  } catch (exit) {
    return leave(interpreter, exit);
  }
}

async function leave(interpreter: Interpreter, exit: unknown): Promise<number | undefined> {
  interpreter.flushHost();
  if (exit instanceof ScriptExit) return exit.code;
  if (exit instanceof ReturnExit || exit instanceof LoopExit) return undefined;
  if (exit instanceof TerminatingError) {
    interpreter.succeeded = false;
    for (const line of errorLines(exit.record).length > 0 ? [exit.record] : [])
      await interpreter.hostFrame.streams[2](line);
    return 1;
  }
  throw exit;
}

/** `-Command -` and a shell without arguments: one statement after the other from standard input. */
async function runInput(interpreter: Interpreter): Promise<number> {
  const { process } = interpreter;
  let pending = "";
  for (;;) {
    const line = await process.lines.next();
    pending = pending === "" ? (line ?? "") : line === undefined ? pending : `${pending}\n${line}`;
    if (pending.trim() !== "") {
      try {
        const body = parseScript(pending);
        pending = "";
        const code = await runBody(interpreter, body, undefined, []);
        interpreter.flushHost();
        if (code !== undefined && !(code === 1 && !interpreter.succeeded)) return code;
      } catch (error) {
        if (!(error instanceof ScriptSyntaxError)) throw error;
        // Perhaps the next line completes it.
        if (line === undefined || !/^Missing|^Terminator/.test(error.id)) {
          await interpreter.hostFrame.streams[2](syntaxMessage(error));
          interpreter.succeeded = false;
          pending = "";
        }
      }
    } else pending = "";
    if (line === undefined) return interpreter.succeeded ? 0 : 1;
  }
}

function syntaxMessage(error: ScriptSyntaxError): Value {
  const found = failure(error.id, error.message, {
    category: "ParserError: (:)",
    type: "System.Management.Automation.ParentContainsErrorRecordException",
  });
  return [
    positionLines(error.source, error.extent),
    error.message,
    `    + CategoryInfo          : ParserError: (:) [], ${"ParentContainsErrorRecordException"}`,
    `    + FullyQualifiedErrorId : ${found.record.facts.id}`,
    " ",
  ].join("\n");
}

/** Arguments of a script file: `-Name value` by name, numbers as numbers. */
function argumentOf(argument: string): {
  readonly name: string | undefined;
  readonly value: Value | undefined;
  readonly source: string;
} {
  const named = /^-([A-Za-z_]\w*)(?::(.*))?$/s.exec(argument);
  if (named?.[1] !== undefined) {
    const value = named[2];
    return {
      name: named[1],
      value:
        value === undefined ? undefined : /^\$true$/i.test(value) ? true : /^\$false$/i.test(value) ? false : value,
      source: argument,
    };
  }
  return { name: undefined, value: argument, source: "" };
}

function readOptions(words: readonly string[], process: WindowsProcess): Options | string {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const name = /^[-/]([A-Za-z]+)$/.exec(word)?.[1]?.toLowerCase();
    if (name === undefined)
      return { command: words.slice(at).join(" "), isEncoded: false, fromInput: word === "-", args: [] };
    const isPrefix = (whole: string, least = 1): boolean => name.length >= least && whole.startsWith(name);
    if (isPrefix("file")) {
      const file = words[at + 1];
      if (file === undefined) return "The -File parameter requires a file path argument.";
      return { file, isEncoded: false, fromInput: false, args: words.slice(at + 2) };
    }
    if (isPrefix("command")) {
      const rest = words.slice(at + 1);
      return { command: rest.join(" "), isEncoded: false, fromInput: rest.length === 1 && rest[0] === "-", args: [] };
    }
    if (isPrefix("encodedcommand") || name === "ec") {
      const encoded = words[at + 1] ?? "";
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded))
        return "Cannot process the command because the value specified with -EncodedCommand is not properly encoded. The value must be Base64 encoded.";
      return {
        command: Buffer.from(encoded, "base64").toString("utf16le"),
        isEncoded: true,
        fromInput: false,
        args: [],
      };
    }
    if (isPrefix("executionpolicy", 2) || name === "ep") {
      process.environment.set("PSExecutionPolicyPreference", words[at + 1] ?? "");
      at++;
    } else if (isPrefix("noexit", 3)) throw new Refusal("powershell -NoExit");
    else if (valued.some((one) => one.startsWith(name))) at++;
    else if (!flags.some((one) => one.startsWith(name)))
      return `${word} is not recognized as a parameter of powershell.exe.`;
  }
  return { isEncoded: false, fromInput: true, args: [] };
}
