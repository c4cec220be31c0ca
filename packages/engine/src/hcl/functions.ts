import { FileFailure, type FileInfo, type FunctionHost, SecretFailure } from "@kiln/hcl";
import { codeOf, type Files, failureText, type Host, messageOf } from "@kiln/sdk";
import type { Surroundings } from "../json/json-scope.ts";

export interface FunctionInputs {
  readonly host: Pick<Host, "env" | "cwd" | "clock" | "random" | "platform"> & {
    readonly files: Pick<Files, "read" | "stat" | "list">;
  };
  readonly surroundings: Pick<Surroundings, "startedAt" | "lookups">;
  /** `path.root`: where paths given to file functions begin; relative to the working directory or absolute. */
  readonly root: string;
}

/** The outside world behind HCL2 functions. */
export function functionHost({ host, surroundings, root }: FunctionInputs): FunctionHost {
  const { env, cwd, files } = host;
  const windows = host.platform === "win32";
  const { lookups } = surroundings;
  return {
    templateDirectory: isAbsolute(root, windows) ? root : `${cwd}/${root}`,
    workingDirectory: cwd,
    homeDirectory: windows ? env["USERPROFILE"] : env["HOME"],
    windows,
    now: () => nanoseconds(host.clock.now()),
    startedAt: nanoseconds(surroundings.startedAt),
    randomBytes: (length) => host.random.bytes(length),
    readFile: (path) => readFile(files, path),
    fileInfo: (path) => fileInfo(files, path),
    listFiles: (directory) => listFiles(files, directory),
    environment: (name) => env[name],
    vaultSecret: (path) => secret(lookups?.vaultMembers && (() => lookups.vaultMembers?.(path))),
    consulValue: (key) => secret(lookups?.consulKey && (() => lookups.consulKey?.(key))),
    awsSecret: (name) => secret(lookups?.awsSecretText && (() => lookups.awsSecretText?.(name))),
  };
}

function nanoseconds(instant: Date): bigint {
  return BigInt(instant.getTime()) * 1_000_000n;
}

function isAbsolute(path: string, windows: boolean): boolean {
  return path.startsWith("/") || (windows && /^[A-Za-z]:/.test(path));
}

async function readFile(files: FunctionInputs["host"]["files"], path: string): Promise<Uint8Array> {
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of files.read(path)) chunks.push(chunk);
    return joined(chunks);
  } catch (error) {
    const code = codeOf(error) ?? "";
    const kind = code === "ENOENT" ? "missing" : code === "EISDIR" ? "directory" : "other";
    throw new FileFailure(kind, failureText(error), error);
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only) return only;
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

async function fileInfo(files: FunctionInputs["host"]["files"], path: string): Promise<FileInfo | undefined> {
  const stat = await files.stat(path);
  if (!stat) return undefined;
  const kind = stat.kind === "file" || stat.kind === "directory" ? stat.kind : "other";
  return { kind, mode: modeText(kind, stat.mode) };
}

/** As `ls -l` shows it. */
function modeText(kind: FileInfo["kind"], mode: number): string {
  const letters = Array.from("rwxrwxrwx", (letter, i) => (mode & (1 << (8 - i)) ? letter : "-")).join("");
  return (kind === "directory" ? "d" : "-") + letters;
}

async function listFiles(files: FunctionInputs["host"]["files"], directory: string): Promise<readonly string[]> {
  if ((await files.stat(directory))?.kind !== "directory") return [];
  const found: string[] = [];
  const waiting = [""];
  for (let prefix = waiting.pop(); prefix !== undefined; prefix = waiting.pop()) {
    for (const name of await files.list(`${directory}/${prefix}`)) {
      const path = prefix + name;
      if ((await files.stat(`${directory}/${path}`))?.kind === "directory") waiting.push(`${path}/`);
      else found.push(path);
    }
  }
  return found;
}

async function secret<T>(look: (() => Promise<T> | undefined) | undefined): Promise<T> {
  if (!look) throw new SecretFailure("this look-up is not available here");
  try {
    const answer = await look();
    if (answer === undefined) throw new SecretFailure("there is no such secret");
    return answer;
  } catch (error) {
    throw error instanceof SecretFailure ? error : new SecretFailure(messageOf(error), { cause: error });
  }
}
