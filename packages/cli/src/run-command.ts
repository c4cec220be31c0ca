import type { Io } from "./io.ts";
export async function runCommand(io: Io, args: readonly string[]): Promise<number> {
  const [cmd, ...rest] = args;
  const path = rest.at(-1) ?? "";
  const base = { path, configType: "json", vars: [], varFiles: [], only: [], except: [], force: false, debug: false };
  if (cmd === "version") return (await import("./commands/version.ts")).version(io);
  if (cmd === "validate") return (await import("./commands/validate.ts")).validate(io, { ...base, syntaxOnly: false });
  if (cmd === "build")
    return (await import("./commands/build.ts")).build(io, {
      ...base,
      color: !rest.includes("-color=false"),
      timestampUi: false,
      parallelBuilds: 0,
      onError: "cleanup",
      output: "text",
      timings: rest.includes("-timings"),
    });
  if (cmd === "rehearse") {
    const get = (n: string) => rest.find((r) => r.startsWith(`-${n}=`))?.slice(n.length + 2);
    const shell = get("shell"),
      removeImage = get("remove-image");
    return (await import("./commands/rehearse.ts")).rehearse(
      io,
      {
        serve: rest.includes("-serve"),
        images: rest.includes("-images"),
        policy: rest.includes("-policy"),
        ...(shell && { shell }),
        ...(removeImage && { removeImage }),
      },
      path && !path.startsWith("-")
        ? {
            ...base,
            color: false,
            timestampUi: false,
            parallelBuilds: 0,
            onError: "cleanup",
            output: "text",
            timings: rest.includes("-timings"),
          }
        : undefined,
    );
  }
  if (cmd === "cleanup") return (await import("./commands/cleanup.ts")).cleanup(io, { dryRun: false });
  return 127;
}
