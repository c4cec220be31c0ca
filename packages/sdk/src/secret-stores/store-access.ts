import { StepError } from "../errors.ts";
import { failureText } from "../failure-text.ts";
import type { HttpRequest, PrepareHost, TlsSettings } from "../host.ts";

/** Where a store's clients look for what HTTPS needs: values of the environment, each under its name. */
export interface TlsVariables {
  readonly caFile: string;
  readonly caPath: string;
  /** The PEM text itself. */
  readonly caText?: string;
  readonly cert: string;
  readonly key: string;
  readonly servername: string;
}

/**
 * The TLS settings that the environment asks for. As in HashiCorp's clients, a file of authorities goes before a directory of them, and
 * either replaces the system's.
 */
export async function tlsFromEnvironment(
  { env, files }: Pick<PrepareHost, "env" | "files">,
  names: TlsVariables,
): Promise<Pick<HttpRequest, "tls">> {
  const read = (name: string): Promise<string> => readNamed(files, name, env[name] ?? "");
  const ca = env[names.caFile]
    ? [await read(names.caFile)]
    : names.caText !== undefined && env[names.caText]
      ? [env[names.caText] ?? ""]
      : env[names.caPath]
        ? await certificatesBelow(files, names.caPath, env[names.caPath] ?? "")
        : undefined;
  const showsItself = Boolean(env[names.cert] || env[names.key]);
  if (showsItself && !(env[names.cert] && env[names.key]))
    throw refusal(`${names.cert} and ${names.key} go together: set both`);
  const servername = env[names.servername];
  const tls: TlsSettings = {
    ...(ca && { ca }),
    ...(showsItself && { cert: await read(names.cert), key: await read(names.key) }),
    ...(servername && { servername }),
  };
  return Object.keys(tls).length > 0 ? { tls } : {};
}

async function certificatesBelow(
  files: PrepareHost["files"],
  name: string,
  directory: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (path: string): Promise<void> => {
    for (const entry of await files.list(path)) {
      const inner = `${path}/${entry}`;
      // A link to a directory is left alone, as Go's filepath.Walk does: it may lead in a circle.
      if ((await files.stat(inner, { link: true }))?.kind === "directory") await visit(inner);
      else if ((await files.stat(inner))?.kind === "file") found.push(await files.readText(inner));
    }
  };
  try {
    await visit(directory);
  } catch (error) {
    throw refusal(`${name}: ${directory}: ${failureText(error)}`, error);
  }
  if (!found.some((text) => text.includes("-----BEGIN CERTIFICATE-----")))
    throw refusal(`${name}: ${directory} holds no certificate`);
  return found;
}

async function readNamed(files: PrepareHost["files"], name: string, path: string): Promise<string> {
  try {
    return await files.readText(path);
  } catch (error) {
    throw refusal(`${name}: ${path}: ${failureText(error)}`, error);
  }
}

function refusal(message: string, cause?: unknown): StepError {
  return new StepError(message, { code: "secret-store/access", cause });
}

/** What a server sent that should have sent JSON, for people: its kind and how it begins. */
export function describeAnswer(body: string): string {
  const words = body.trim().replace(/\s+/g, " ");
  if (words === "") return "nothing";
  return words.length > 120 ? `${words.slice(0, 120)}…` : words;
}
