import type { BuildOptions } from "./commands/build.ts";
import type { TemplateOptions } from "./commands/run-template.ts";
import { type CommandLine, readCommandLine } from "./flags/command-line.ts";
import { checkGlobalConfig } from "./global-config.ts";
import type { Io } from "./io.ts";
import { Printer, unforeseen } from "./output/printer.ts";
import type { TemplateInput } from "./template/load-template.ts";

const templateCommands = () => import("./commands/template-commands.ts");

/** Runs what the arguments (without `-machine-readable`) ask for; the exit code. Code is loaded for that command alone. */
export async function runCommand(io: Io, args: readonly string[]): Promise<number> {
  const printer = new Printer(io);
  const { COMP_LINE: typed, COMP_POINT: point } = io.host.env;
  if (typed !== undefined && typed !== "") {
    const { completions } = await import("./completion/complete.ts");
    for (const word of completions(typed, point ? Number(point) : typed.length)) printer.raw(`${word}\n`);
    return 0;
  }
  const completion = /^--?autocomplete-(install|uninstall)$/.exec(args[0] ?? "")?.[1];
  if (completion !== undefined)
    return (await import("./completion/install.ts")).changeCompletion(io, completion === "install");
  const line = readCommandLine(io.invokedAs, args);
  if (line.command === "print") {
    printer.say(line.text);
    return line.code;
  }
  try {
    if (!(await checkGlobalConfig(io, printer))) return 1;
    return await run(io, line);
  } catch (error) {
    printer.error(unforeseen(error));
    return 1;
  }
}

type Line<N extends CommandLine["command"]> = Extract<CommandLine, { readonly command: N }>;
type BuildFlags = Line<"build">["flags"];

async function run(io: Io, line: Exclude<CommandLine, Line<"print">>): Promise<number> {
  const [path = ""] = line.positionals;
  switch (line.command) {
    case "build":
      return (await templateCommands()).build(io, buildOptions(path, line.flags));
    case "validate": {
      const { "syntax-only": syntaxOnly, "no-warn-undeclared-var": quiet, strict, output } = line.flags;
      return (await templateCommands()).validate(io, {
        ...templateOptions(path, line.flags),
        force: false,
        debug: false,
        askData: line.flags["evaluate-datasources"],
        undeclared: quiet ? "silent" : "warn",
        strict,
        syntaxOnly,
        output,
      });
    }
    case "inspect":
      return (await import("./inspect/inspect-command.ts")).inspect(io, templateInput(path, line.flags));
    case "fix":
      return (await import("./fix/fix-command.ts")).fix(io, { path, validate: line.flags.validate });
    case "fmt":
      return (await import("./fmt/fmt-command.ts")).fmt(io, { paths: line.positionals, ...line.flags });
    case "console":
      return (await import("./console/console-command.ts")).console(io, templateInput(path, line.flags));
    case "init":
      return (await import("./plugins/init-command.ts")).init(io, templateInput(path, line.flags));
    case "plugins":
      return (await import("./plugins/plugins-command.ts")).plugins(io, line.positionals);
    case "hcl2_upgrade": {
      const { "output-file": output, "with-annotations": annotations } = line.flags;
      const input = templateInput(path, line.flags);
      return (await import("./upgrade/upgrade-command.ts")).upgrade(io, {
        ...input,
        annotations,
        ...(output !== undefined && { output }),
      });
    }
    case "schema":
      return (await import("./schema/schema-command.ts")).schema(io, line.positionals);
    case "version":
      return (await import("./commands/version.ts")).version(io);
    case "cleanup": {
      const dryRun = line.flags["dry-run"];
      return (await templateCommands()).cleanup(io, { dryRun, ...(path !== "" && { run: path }) });
    }
    case "cache": {
      const command = await import("./commands/cache.ts");
      const { "dry-run": dryRun, "older-than": olderThanMs, "max-size": maxBytes } = line.flags;
      if (path === "list") return command.listCache(io);
      const limits = { ...(olderThanMs !== undefined && { olderThanMs }), ...(maxBytes !== undefined && { maxBytes }) };
      return command.pruneStates(io, { dryRun, ...limits });
    }
    case "rehearse":
      return rehearse(io, path, line.flags);
  }
}

async function rehearse(io: Io, path: string, flags: Line<"rehearse">["flags"]): Promise<number> {
  const { serve, images, policy, shell, base, port, "remove-image": removeImage, "unknown-images": unknown } = flags;
  const refusal = rehearsalRefusal(path, flags);
  if (refusal !== undefined) {
    new Printer(io).error(`Error: ${refusal} See \`${io.invokedAs} rehearse -h\`.`);
    return 1;
  }
  const options = {
    serve,
    images,
    policy,
    ...(shell !== undefined && { shell }),
    ...(removeImage !== undefined && { removeImage }),
    ...(base !== undefined && { base }),
    ...(unknown !== undefined && { unknownImageUser: unknown }),
    ...(port > 0 && { port }),
  };
  const command = await templateCommands();
  return command.rehearse(io, options, path === "" ? undefined : buildOptions(path, flags));
}

/** A rehearsal does one thing. */
function rehearsalRefusal(path: string, flags: Line<"rehearse">["flags"]): string | undefined {
  const asked = [
    ...(path === "" ? [] : ["a template"]),
    ...(["serve", "images", "shell", "remove-image"] as const).flatMap((name) =>
      flags[name] === false || flags[name] === undefined ? [] : [`-${name}`],
    ),
  ];
  if (asked.length === 0) return "rehearse needs a template, or one of -serve, -images, -shell and -remove-image.";
  if (asked.length > 1) return `rehearse does one thing at a time, not ${asked.join(" and ")}.`;
  if (flags.port < 0 || flags.port > 65_535) return `-port=${flags.port} is no port: 0 (any) to 65535.`;
  return undefined;
}

type TemplateFlags = Pick<BuildFlags, "var" | "var-file" | "config-type">;

function templateInput(path: string, flags: TemplateFlags): TemplateInput {
  return { path, configType: flags["config-type"], vars: flags.var, varFiles: flags["var-file"] };
}

function templateOptions(
  path: string,
  flags: TemplateFlags & Pick<BuildFlags, "only" | "except">,
): Omit<TemplateOptions, "force" | "debug"> {
  return { ...templateInput(path, flags), only: flags.only, except: flags.except };
}

function buildOptions(path: string, flags: BuildFlags): BuildOptions {
  const { timeout } = flags;
  return {
    ...templateOptions(path, flags),
    force: flags.force,
    debug: flags.debug,
    cache: flags.cache,
    undeclared: flags["warn-on-undeclared-var"] ? "warn" : "silent",
    strict: flags.strict,
    color: flags.color,
    timestampUi: flags["timestamp-ui"],
    parallelBuilds: flags["parallel-builds"],
    onError: flags["on-error"],
    output: flags.output,
    timings: flags.timings,
    ...(timeout !== undefined && { timeoutMs: timeout }),
  };
}
