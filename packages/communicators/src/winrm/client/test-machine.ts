import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { inflateRawSync } from "node:zlib";
import { connectedText } from "../scripts/check.ts";
import type { Program } from "./test-service.ts";

/**
 * What a Windows machine would do with the commands of the client's tests, in JavaScript: `exit`, `say`, `complain`, `cat`, `wait`, and the
 * scripts that move files, which it knows by their text. Files are kept in `files`, by paths with `\`.
 */
export class TestMachine {
  readonly files = new Map<string, Buffer>();
  readonly directories = new Set<string>();
  readonly commands: string[] = [];
  /** A byte of every file changes on its way out. */
  damage = false;

  readonly program: Program = async (command, io) => {
    this.commands.push(command);
    const encoded = /-EncodedCommand (\S+)(?: < "([^"]+)")?$/.exec(command);
    if (encoded) {
      const script = Buffer.from(encoded[1] ?? "", "base64").toString("utf16le");
      const spool = encoded[2];
      const stdin = spool === undefined ? io.stdin : once(this.files.get(spool) ?? Buffer.alloc(0));
      if (script.startsWith("begin{")) return this.#receive(script, stdin, io);
      if (script.includes("function SendTree")) return this.#send(script, io);
      if (script.includes(connectedText)) io.write("stdout", `${connectedText}\r\n`);
      return 0;
    }
    const echo = /^>>"([^"]+)" echo (.*)$/.exec(command);
    if (echo) {
      if (command.length > 8191) return 1;
      const [, path = "", text = ""] = echo;
      this.files.set(path, Buffer.concat([this.files.get(path) ?? Buffer.alloc(0), Buffer.from(`${text}\r\n`)]));
      return 0;
    }
    const [word, ...rest] = command.split(" ");
    const text = rest.join(" ");
    if (word === "del") this.files.delete(text.replaceAll('"', ""));
    if (word === "exit") return Number(text);
    if (word === "say") io.write("stdout", text);
    if (word === "complain") io.write("stderr", text);
    if (word === "wait") {
      await sleep(Number(text), undefined, { signal: io.terminated }).catch(() => {});
      return 3;
    }
    if (word === "cat") for await (const bytes of io.stdin) io.write("stdout", bytes);
    return 0;
  };

  async #receive(script: string, stdin: AsyncIterable<Buffer>, io: Parameters<Program>[1]): Promise<number> {
    const root = rootOf(script);
    const state: { to?: string; pieces: Buffer[] } = { pieces: [] };
    let count = 0;
    try {
      for await (const line of linesOf(stdin)) {
        const value = line.slice(2);
        const path = (): string => {
          const below = Buffer.from(value, "base64").toString("utf8").replaceAll("/", "\\");
          return below === "" ? root : `${root}\\${below}`;
        };
        count++;
        if (line[0] === "d") this.directories.add(path());
        if (line[0] === "f") {
          state.to = path();
          state.pieces = [];
          if (/[<>"|?*]/.test(state.to)) throw new Error("Illegal characters in path.");
        }
        if (line[0] === "r") state.pieces.push(Buffer.from(value, "base64"));
        if (line[0] === "z") state.pieces.push(inflateRawSync(Buffer.from(value, "base64")));
        if (line[0] === "c" && state.to !== undefined) {
          const bytes = Buffer.concat(state.pieces);
          if (createHash("sha1").update(bytes).digest("hex").toUpperCase() !== value) throw new Error("damaged");
          this.files.set(state.to, bytes);
        }
      }
    } catch (error) {
      io.write("stdout", `kiln-error ${Buffer.from((error as Error).message).toString("base64")}\r\n`);
      return 1;
    }
    io.write("stdout", `kiln-ok ${count}\r\n`);
    return 0;
  }

  #send(script: string, io: Parameters<Program>[1]): number {
    const root = rootOf(script);
    const say = (line: string): void => io.write("stdout", `${line}\r\n`);
    const encode = (text: string): string => Buffer.from(text).toString("base64");
    const sendFile = (bytes: Buffer, name: string): void => {
      say(`f ${encode(name)} ${bytes.length}`);
      const there = Buffer.from(bytes);
      if (this.damage) there[0] = (there[0] ?? 0) ^ 1;
      for (let at = 0; at < there.length; at += 98_304) say(`r ${there.subarray(at, at + 98_304).toString("base64")}`);
      say(`c ${createHash("sha1").update(bytes).digest("hex").toUpperCase()}`);
    };
    const single = this.files.get(root);
    const below = [...this.files.keys()].filter((path) => path.startsWith(`${root}\\`));
    const folders = [...this.directories].filter((path) => path.startsWith(`${root}\\`));
    if (single) sendFile(single, "");
    else if (below.length + folders.length === 0) {
      say(`kiln-error ${encode(`Could not find '${root}'.`)}`);
      return 1;
    }
    const local = (path: string): string => path.slice(root.length + 1).replaceAll("\\", "/");
    for (const path of folders) say(`d ${encode(local(path))}`);
    for (const path of below) sendFile(this.files.get(path) ?? Buffer.alloc(0), local(path));
    say("kiln-ok");
    return 0;
  }
}

function rootOf(script: string): string {
  const literal =
    /GetFullPath\((?:\[Environment\]::ExpandEnvironmentVariables\()?'((?:[^']|'')*)'/.exec(script)?.[1] ?? "";
  return literal.replaceAll("''", "'");
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let held = "";
  for await (const bytes of source) {
    const lines = (held + bytes.toString("latin1")).split("\r\n");
    held = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
  }
}
