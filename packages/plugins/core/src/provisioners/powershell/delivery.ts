import type { ProvisionContext } from "@kiln/sdk";
import { type CarriedFile, escapedForPowershell, powershellFile, sendElevated } from "@kiln/sdk/windows";
import { environmentOf } from "../../script/environment.ts";
import { environmentText } from "../../script/environment-text.ts";
import { rendered } from "../../script/inline-script.ts";
import { uploadOf, uploadToWindows, type WindowsUpload } from "../../script/windows-run.ts";
import { encodedLaunch, inlineCommand, scriptCommand } from "./commands.ts";
import type { Config } from "./config.ts";
import { intoDirectory, type RemotePaths } from "./remote-paths.ts";
import { inlineScriptText, scriptExpression, variablesText } from "./script-text.ts";

export { checkElevated } from "@kiln/sdk/windows";

/** Larger scripts are sent as files of their own: PowerShell reads what they travel in as a program. */
const largestCarried = 128 * 1024;

/** A local script, or inline commands with the local file that stands for them. */
export interface Source {
  readonly file: string;
  readonly commands?: readonly string[];
}

/** How a script gets to the machine, is run there, and goes. */
export interface Delivery {
  readonly send: () => Promise<string>;
  /** Set for an elevated run. */
  readonly elevatedUser?: string;
  /** What the machine still has after a success and should not. */
  readonly left: readonly string[];
  /** The same after anything else: a script that does not parse removes nothing, and of a lost connection nothing is known. */
  readonly mayBeLeft: readonly string[];
}

/**
 * As few round trips as the template allows. With the default commands and paths: one upload, one command, nothing to remove, because
 * the script travels with the variables and both remove themselves.
 */
export async function deliveryOf(
  source: Source,
  config: Config,
  remote: RemotePaths,
  ctx: ProvisionContext,
): Promise<Delivery> {
  const elevated = Boolean(config.elevated_user);
  const inline = source.commands !== undefined;
  const template = elevated ? config.elevated_execute_command : config.execute_command;
  const paths = { ...remote, script: intoDirectory(remote.script, source.file, inline) };
  const variables = environmentText(
    environmentOf(config, ctx),
    elevated ? config.elevated_env_var_format : config.env_var_format,
    escapedForPowershell,
  );
  const ownPlaces = !config.remote_path && !config.remote_env_var_path;
  // What our own command starts may remove itself: nobody else knows of it.
  const removesItself = !template && !config.skip_clean && ownPlaces && !elevated;
  const wantsVariables = template ? /\.Vars\b/.test(template) : !inline;
  const all = [...(wantsVariables ? [paths.variables] : []), paths.script];
  const script: WindowsUpload = inline
    ? uploadOf(
        paths.script,
        powershellFile(
          inlineScriptText({
            commands: source.commands,
            variables,
            debugMode: config.debug_mode,
            remove: removesItself ? [paths.script] : [],
          }),
        ),
      )
    : { path: paths.script, size: await sizeOf(source.file, ctx), content: () => ctx.host.files.read(source.file) };
  const carries = ownPlaces && script.size <= largestCarried && (elevated || (removesItself && !inline));
  const carried: readonly CarriedFile[] = carries ? [{ path: script.path, content: await bytesOf(script) }] : [];
  const command = commandFor({ template, inline, elevated, remove: removesItself ? all : [] }, config, paths, ctx);
  const clean = config.skip_clean ? [] : all;

  if (elevated) {
    const user = rendered(ctx, config.elevated_user ?? "", {}, "elevated_user");
    const password = rendered(ctx, config.elevated_password ?? "", {}, "elevated_password");
    const variablesFile = { path: paths.variables, content: powershellFile(variablesText(variables, [])) };
    const files = [...carried, ...(wantsVariables && carries ? [variablesFile] : [])];
    const leftovers = new Set(clean);
    return {
      elevatedUser: user,
      left: [],
      get mayBeLeft() {
        return [...leftovers];
      },
      send: async () => {
        if (!carries) {
          if (wantsVariables)
            await uploadToWindows(uploadOf(variablesFile.path, variablesFile.content), "environment variables", ctx);
          await uploadToWindows(script, "script", ctx);
        }
        const sent = await sendElevated(ctx, { user, password, command, files, remove: clean });
        // With the password in it: it goes even with skip_clean.
        leftovers.add(sent.path);
        return sent.command;
      },
    };
  }
  return {
    left: removesItself ? [] : clean,
    mayBeLeft: clean,
    send: async () => {
      if (wantsVariables)
        await uploadToWindows(
          uploadOf(paths.variables, powershellFile(variablesText(variables, carried))),
          "environment variables",
          ctx,
        );
      if (!carries) await uploadToWindows(script, "script", ctx);
      return command;
    },
  };
}

function commandFor(
  how: {
    readonly template: string | undefined;
    readonly inline: boolean;
    readonly elevated: boolean;
    readonly remove: readonly string[];
  },
  config: Config,
  paths: RemotePaths,
  ctx: ProvisionContext,
): string {
  const data = { Path: paths.script, Vars: paths.variables };
  const render = (template: string): string => rendered(ctx, template, data, "command");
  if (how.template) return render(how.template);
  if (how.inline) return render(inlineCommand(config));
  // A scheduled task always runs cmd; a login over SSH may run PowerShell.
  if (ctx.machine.communicator.kind === "ssh" && !how.elevated) {
    return encodedLaunch(config, render(scriptExpression({ debugMode: config.debug_mode, remove: how.remove })));
  }
  return render(scriptCommand(config, how.remove));
}

async function sizeOf(path: string, ctx: ProvisionContext): Promise<number> {
  return (await ctx.host.files.stat(path))?.size ?? 0;
}

async function bytesOf({ content }: WindowsUpload): Promise<Uint8Array> {
  return Buffer.concat(await Array.fromAsync(content()));
}
