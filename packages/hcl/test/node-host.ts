import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { FileFailure, type FileInfo, type FunctionHost } from "../src/functions/host.ts";

/** The moment at which the conformance data was made. */
const ORACLE_TIME = 1_709_647_629_123_456_789n;

const ENVIRONMENT: Readonly<Record<string, string>> = {
  HOME: "/home/packer",
  FOO: "foo value",
  EMPTY: "",
  PACKER_TEST: "päcker <&>",
};

/** A host over a real directory, with the clock and environment of the conformance data. */
export function fixtureHost(directory: string): FunctionHost {
  return {
    templateDirectory: directory,
    workingDirectory: directory,
    homeDirectory: "/home/packer",
    windows: false,
    now: () => ORACLE_TIME,
    startedAt: ORACLE_TIME,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    readFile: (path) => {
      try {
        return new Uint8Array(readFileSync(path));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT") throw new FileFailure("missing", "no such file or directory", error);
        if (code === "EISDIR") throw new FileFailure("directory", "is a directory", error);
        throw new FileFailure("other", String(code), error);
      }
    },
    fileInfo: (path): FileInfo | undefined => {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (!stats) return undefined;
      return { kind: stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other", mode: "drwxr-xr-x" };
    },
    listFiles: (path) => {
      const found: string[] = [];
      const walk = (at: string, prefix: string): void => {
        for (const entry of readdirSync(at, { withFileTypes: true })) {
          if (entry.isDirectory()) walk(join(at, entry.name), `${prefix}${entry.name}/`);
          else found.push(prefix + entry.name);
        }
      };
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) walk(path, "");
      return found;
    },
    environment: (name) => ENVIRONMENT[name],
    vaultSecret: () => ({}),
    consulValue: () => "",
    awsSecret: () => "",
  };
}
