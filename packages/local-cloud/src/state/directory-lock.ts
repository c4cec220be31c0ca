import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { pid } from "node:process";

/** Another process keeps this directory. */
export class DirectoryInUseError extends Error {
  static {
    this.prototype.name = "DirectoryInUseError";
  }
  readonly code = "directory-in-use";
  readonly owner: DirectoryOwner | undefined;
  constructor(directory: string, owner: DirectoryOwner | undefined, cause?: unknown) {
    const by = owner
      ? ` by process ${owner.pid}${owner.endpoint === undefined ? "" : `, serving ${owner.endpoint}`}`
      : "";
    super(
      `the local cloud in ${directory} is in use${by}; stop that one, or set KILN_STATE_DIR=DIR to use another directory`,
      { cause },
    );
    this.owner = owner;
  }
}

export interface DirectoryOwner {
  readonly pid: number;
  /** Known once it listens. */
  readonly endpoint?: string;
  /** It stays until somebody stops it, so that others can work with its endpoint. */
  readonly serves: boolean;
}

export interface DirectoryLock extends AsyncDisposable {
  /** Tells other processes where the owner listens. */
  announce(endpoint: string): void;
}

const ownerFile = "owner.json";

/**
 * Takes the directory for this process. The lock is a listening socket in Linux's abstract namespace named after the
 * directory: the kernel gives it to one process only and takes it back however that process ends, so there is no stale
 * lock to judge.
 */
export async function lockDirectory(directory: string, serves = false): Promise<DirectoryLock> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = realpathSync(directory);
  const digest = createHash("sha256").update(path).digest("hex").slice(0, 40);
  const server = createServer((socket) => socket.destroy());
  try {
    await listen(server, `\0kiln-local-cloud-${digest}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new DirectoryInUseError(directory, readOwner(path), error);
  }
  server.unref();
  const write = (owner: DirectoryOwner): void =>
    writeFileSync(join(path, ownerFile), JSON.stringify(owner), { mode: 0o600 });
  write({ pid, serves });
  return {
    announce: (endpoint) => write({ pid, endpoint, serves }),
    [Symbol.asyncDispose]: async () => {
      rmSync(join(path, ownerFile), { force: true });
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function readOwner(directory: string): DirectoryOwner | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, ownerFile), "utf8"));
  } catch {
    return undefined;
  }
}
