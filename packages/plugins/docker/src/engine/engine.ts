import type { ExecOptions, ExecResult } from "@kiln/sdk";
import { KilnError } from "@kiln/sdk";

/** What is known of a container. */
export interface ContainerFacts {
  readonly id: string;
  /** The user that its commands run as; empty for root. */
  readonly user: string;
  /** Address on its first network; empty where it has none. */
  readonly address: string;
  readonly running: boolean;
  readonly paused: boolean;
  readonly exitCode: number;
}
/** What is known of an image. */
export interface ImageFacts {
  readonly id: string;
  readonly digests: readonly string[];
  readonly command: readonly string[];
  readonly entrypoint: readonly string[];
  readonly created: string;
  readonly parent: string;
  /** The container that it was committed from, where the engine still says so. */
  readonly container: string;
}
export interface ContainerExec extends Pick<ExecOptions, "signal" | "stdin" | "onOutput" | "pty"> {
  readonly command: readonly string[];
  readonly user?: string;
}
export interface CommitOptions {
  /** `REPOSITORY:TAG`, where the image gets a name. */
  readonly name?: string;
  readonly author?: string;
  readonly message?: string;
  readonly changes: readonly string[];
}
/** Bytes to send, with their number where it is known. */
export interface Sized {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly length?: number;
}

/**
 * What is asked of a container engine once its command line has made a container: over the engine's socket, or through the command line
 * where the socket cannot be reached. What does not exist is undefined or success; all else that the engine refuses is an EngineError.
 */
export interface ContainerEngine {
  /** How many pieces of an archive `putArchive` holds at a time; any number where it does not say. */
  readonly piecesHeld?: number;
  container(id: string, signal: AbortSignal): Promise<ContainerFacts | undefined>;
  image(name: string, signal: AbortSignal): Promise<ImageFacts | undefined>;
  /** Ids of containers, running or not, of exactly this name. */
  containersNamed(name: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Ids of images that bear no name. */
  namelessImages(signal: AbortSignal): Promise<readonly string[]>;
  exec(id: string, exec: ContainerExec): Promise<ExecResult>;
  /** Unpacks a tar archive into an existing directory. */
  putArchive(id: string, directory: string, archive: Sized, signal: AbortSignal): Promise<void>;
  /** A file or a directory as a tar archive whose first entry bears its name. */
  getArchive(id: string, path: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  commit(id: string, options: CommitOptions, signal: AbortSignal): Promise<string>;
  /** The container's files as a tar archive. */
  export(id: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  stop(id: string, signal: AbortSignal): Promise<void>;
  /** Kills it and removes it with its anonymous volumes. */
  removeContainer(id: string, signal: AbortSignal): Promise<void>;
  /** By id or name; an image with further names, or (with `force`) one that is in use, loses this name only. */
  removeImage(name: string, signal: AbortSignal, options?: { readonly force: boolean }): Promise<void>;
}

/** The engine's refusal, in its own words. */
export class EngineError extends KilnError {
  static {
    this.prototype.name = "EngineError";
  }
  readonly code: "docker/not-found" | "docker/refused" | "docker/unreachable";
  constructor(code: EngineError["code"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Runs what may find nothing; undefined where it did. */
export async function unlessMissing<T>(body: Promise<T>): Promise<T | undefined> {
  try {
    return await body;
  } catch (error) {
    if (error instanceof EngineError && error.code === "docker/not-found") return undefined;
    throw error;
  }
}
