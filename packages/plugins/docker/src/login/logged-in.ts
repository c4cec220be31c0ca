import { isJsonObject, messageOf, type RunContext, StepError } from "@kiln/sdk";
import type { DockerCommand } from "../cli/docker-command.ts";
import { configDirectory, findEndpoint, join, readJson, recordOf } from "../engine/endpoint.ts";
import type { Docker } from "../engine/open-engine.ts";
import { randomDigits } from "../random-digits.ts";
import { localPath } from "../resources/local-path.ts";
import type { Credentials } from "./ecr.ts";
import type { LoginConfig } from "./options.ts";

export interface LoginLines {
  /** Said when a configuration directory of our own comes and goes; nothing where absent. */
  readonly made?: string;
  readonly removed?: string;
}

/**
 * Runs `body` with a docker command that is logged in, and logs out again. The login goes to a copy of the user's docker configuration:
 * neither other builds nor the user's own login see it. Where the endpoint needs what cannot be copied (TLS, SSH), or DOCKER_CONFIG
 * names a directory on purpose, the login goes there, as in Packer.
 */
export async function loggedIn<T>(
  ctx: RunContext,
  docker: Docker,
  config: LoginConfig,
  lines: LoginLines,
  body: (command: DockerCommand) => Promise<T>,
): Promise<T> {
  if (!config.login && !config.ecr_login) return body(docker.command);
  const credentials = await credentialsOf(ctx, config);
  const directory = await ownConfiguration(ctx, docker, config, lines);
  const command = directory ? docker.command.withConfig(directory.held.value, directory.url) : docker.command;
  try {
    ctx.ui.message("Logging in...");
    await login(ctx, command, credentials, config.login_server);
    try {
      return await body(command);
    } finally {
      ctx.ui.message("Logging out...");
      await logout(ctx, command, config.login_server);
    }
  } finally {
    if (directory && lines.removed) ctx.ui.message(lines.removed);
    await directory?.held.release();
  }
}

async function credentialsOf(ctx: RunContext, config: LoginConfig): Promise<Credentials> {
  if (!config.ecr_login) return { username: config.login_username ?? "", password: config.login_password ?? "" };
  ctx.ui.message("Fetching ECR credentials...");
  const { ecrCredentials } = await import("./ecr.ts");
  const credentials = await ecrCredentials(config, ctx.signal);
  ctx.secrets.add(credentials.password);
  return credentials;
}

async function login(
  ctx: RunContext,
  command: DockerCommand,
  { username, password }: Credentials,
  server: string | undefined,
): Promise<void> {
  const args = ["login", ...(username ? ["-u", username] : []), "--password-stdin", ...(server ? [server] : [])];
  const stdin = (async function* () {
    yield Buffer.from(password);
  })();
  try {
    // Its warning about a password in a file is not shown: that file goes with the login.
    show(ctx, await command.expect("docker login", args, { signal: ctx.signal, stdin }));
  } catch (error) {
    ctx.signal.throwIfAborted();
    const text = `Error logging in: ${messageOf(error)}`;
    ctx.ui.error(text);
    throw new StepError(text, { code: "docker/login", cause: error });
  }
}

async function logout(ctx: RunContext, command: DockerCommand, server: string | undefined): Promise<void> {
  // An interrupted build logs out all the same.
  const { signal } = new AbortController();
  try {
    show(ctx, await command.expect("docker logout", ["logout", ...(server ? [server] : [])], { signal }));
  } catch (error) {
    ctx.ui.error(`Error logging out: ${messageOf(error)}`);
  }
}

function show(ctx: RunContext, said: string): void {
  for (const line of said.split("\n")) if (line !== "") ctx.ui.message(line.trimEnd());
}

async function ownConfiguration(ctx: RunContext, docker: Docker, config: LoginConfig, lines: LoginLines) {
  const { host } = ctx;
  const { address, url } = await findEndpoint(docker.ref.program, host);
  if (!address || host.env.DOCKER_CONFIG) return undefined;
  if (lines.made) ctx.ui.message(lines.made);
  const users = configDirectory(host);
  const found = (users && (await readJson(host, join(host, users, "config.json")))) || {};
  const text = JSON.stringify(loginConfiguration(found, config.login_server));
  const path = join(host, host.env.TMPDIR || host.env.TEMP || "/tmp", `kiln-docker-config${randomDigits(host)}`);
  const held = await ctx.acquire(
    localPath(path, async () => {
      await host.files.makeDirectory(path, { mode: 0o700 });
      await host.files.write(join(host, path, "config.json"), text, { mode: 0o600, exclusive: true });
    }),
  );
  return { held, url };
}

/** The user's configuration, but with a login that stays in this file: not in the user's keychain. */
function loginConfiguration(
  users: Readonly<Record<string, unknown>>,
  server = "https://index.docker.io/v1/",
): Readonly<Record<string, unknown>> {
  const { currentContext: _, ...rest } = users;
  const helpers = recordOf(users, "credHelpers") ?? {};
  const name = server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return {
    ...rest,
    auths: isJsonObject(users["auths"]) ? users["auths"] : {},
    credHelpers: { ...helpers, [server]: "", [name]: "" },
  };
}
