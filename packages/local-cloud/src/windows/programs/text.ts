import { splitArguments } from "../system/arguments.ts";
import type { WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import { decodePage } from "../system/text-encodings.ts";
import { absolutePath } from "../system/windows-path.ts";
import type { Program } from "./program.ts";

/** Lines of the files that are named, or of standard input. */
async function lines(process: WindowsProcess, files: readonly string[]): Promise<string[]> {
  if (files.length === 0) {
    const found: string[] = [];
    for (let line = await process.lines.next(); line !== undefined; line = await process.lines.next()) found.push(line);
    return found;
  }
  return files.flatMap((file) => {
    const whole = decodePage(process.system.drive.read(absolutePath(file, process.directory)), 1252).split(/\r?\n/);
    if (whole.at(-1) === "") whole.pop();
    return whole;
  });
}

const find: Program = async (process, args) => {
  const words = splitArguments(args);
  const flags = words.filter((word) => word.startsWith("/")).map((word) => word.toLowerCase());
  for (const flag of flags) if (!/^\/[vcni]$/.test(flag)) throw new Refusal(`find ${flag}`);
  const [pattern = "", ...files] = words.filter((word) => !word.startsWith("/"));
  const plain = (text: string): string => (flags.includes("/i") ? text.toLowerCase() : text);
  const all = await lines(process, files);
  const found = all
    .map((line, index) => ({ line, index }))
    .filter(({ line }) => plain(line).includes(plain(pattern)) !== flags.includes("/v"));
  for (const file of files)
    process.line(`\r\n---------- ${file.toUpperCase()}${flags.includes("/c") ? `: ${found.length}` : ""}`);
  if (flags.includes("/c")) {
    if (files.length === 0) process.line(String(found.length));
  } else for (const { line, index } of found) process.line(flags.includes("/n") ? `[${index + 1}]${line}` : line);
  return found.length > 0 ? 0 : 1;
};

const findstr: Program = async (process, args) => {
  const words = splitArguments(args);
  const flags = words.filter((word) => word.startsWith("/"));
  const rest = words.filter((word) => !word.startsWith("/"));
  const literal = flags.find((flag) => /^\/c:/i.test(flag))?.slice(3);
  for (const flag of flags) if (!/^\/(?:[ivnxlr]|c:.*)$/i.test(flag)) throw new Refusal(`findstr ${flag}`);
  const has = (letter: string): boolean => flags.some((flag) => flag.toLowerCase() === `/${letter}`);
  const patterns = literal === undefined ? (rest.shift() ?? "").split(" ") : [literal];
  const expressions = patterns.map((pattern) => {
    const isPlain = has("l") || (literal !== undefined && !has("r"));
    if (!isPlain && /[\\<>]/.test(pattern)) throw new Refusal(`the expression "${pattern}" of findstr`);
    const source = isPlain ? pattern.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&") : pattern.replace(/[+?(){}|]/g, "\\$&");
    return new RegExp(has("x") ? `^(?:${source})$` : source, has("i") ? "i" : "");
  });
  const all = await lines(process, rest);
  const found = all
    .map((line, index) => ({ line, index }))
    .filter(({ line }) => expressions.some((one) => one.test(line)) !== has("v"));
  for (const { line, index } of found) process.line(has("n") ? `${index + 1}:${line}` : line);
  return found.length > 0 ? 0 : 1;
};

const where: Program = (process, args) => {
  const names = splitArguments(args).filter((word) => !/^\/q$/i.test(word));
  let code = 0;
  for (const name of names) {
    if (name.startsWith("/")) throw new Refusal(`where ${name}`);
    const found = /[*?]/.test(name) ? undefined : process.system.launcher.find(process, name, true);
    if (/[*?]/.test(name)) throw new Refusal(`where ${name}`);
    if (found) process.line(found.path);
    else {
      process.errorLine("INFO: Could not find files for the given pattern(s).");
      code = 1;
    }
  }
  return code;
};

const sort: Program = async (process, args) => {
  const words = splitArguments(args);
  const all = await lines(
    process,
    words.filter((word) => !word.startsWith("/")),
  );
  const sorted = all.toSorted((a, b) =>
    a.toLowerCase() < b.toLowerCase() ? -1 : a.toLowerCase() > b.toLowerCase() ? 1 : 0,
  );
  for (const flag of words.filter((word) => word.startsWith("/")))
    if (!/^\/r$/i.test(flag)) throw new Refusal(`sort ${flag}`);
  if (words.some((word) => /^\/r$/i.test(word))) sorted.reverse();
  for (const line of sorted) process.line(line);
  return 0;
};

const attrib: Program = (process, args) => {
  const words = splitArguments(args);
  const flags = words.filter((word) => /^[+-]/.test(word)).map((word) => word.toLowerCase());
  for (const flag of flags) if (!/^[+-][ra]$/.test(flag)) throw new Refusal(`attrib ${flag}`);
  for (const name of words.filter((word) => !/^[+-]/.test(word))) {
    const path = absolutePath(name, process.directory);
    const facts = process.system.drive.facts(path);
    if (!facts) {
      process.line(`File not found - ${path}`);
      continue;
    }
    if (flags.includes("+r")) process.system.drive.setReadOnly(path, true);
    else if (flags.includes("-r")) process.system.drive.setReadOnly(path, false);
    else if (flags.length === 0) process.line(`A    ${facts.isReadOnly ? "R" : " "}               ${facts.path}`);
  }
  return 0;
};

/** Programs that read and write text. */
export const textPrograms: Readonly<Record<string, Program>> = { find, findstr, where, sort, attrib };
