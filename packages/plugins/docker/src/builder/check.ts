import { posix } from "node:path";
import { caution, type Diagnostic, mayUse, type PrepareContext, problem } from "@kiln/sdk";
import { loginProblems } from "../login/check.ts";
import type { Config } from "./config.ts";
import { runCommandOption } from "./run-command.ts";

/** The rules that the shape of the options does not say. The texts are Packer's. */
export async function check(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  return [
    ...sourceProblems(config, ctx),
    ...(await dockerfileProblems(config, ctx)),
    ...runCommandProblems(config, ctx),
    ...(await resultProblems(config, ctx)),
    ...loginProblems(config, ctx),
  ];
}

function sourceProblems(config: Config, ctx: PrepareContext): readonly Diagnostic[] {
  const { image, build, pull } = config;
  if (!build && !image) {
    const summary = "missing 'image' attribute or 'build' section, either needs to be specified for a build to run.";
    return [problem("docker/no-source", summary, { subject: ctx.at() })];
  }
  if (!build) return [];
  const both = image
    ? [
        problem("docker/image-and-build", "`image` cannot be specified with a build config", {
          detail: "The Dockerfile makes the image to start from: take one of the two out.",
          subject: ctx.at("image"),
        }),
      ]
    : [];
  const pulled =
    pull === undefined
      ? []
      : [
          caution("docker/pull-and-build", "`pull` has no effect with a build config", {
            detail: "The image that the Dockerfile makes is not pulled; `pull` inside `build` is about its base image.",
            subject: ctx.at("pull"),
          }),
        ];
  return [...both, ...pulled];
}

async function dockerfileProblems({ build }: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  if (!build) return [];
  if (!build.path) {
    const summary = "`path` is required for bootstrapping a build with `docker build`";
    return [problem("docker/no-dockerfile", summary, { subject: ctx.at("build") })];
  }
  const found: Diagnostic[] = [];
  const file = await ctx.files.stat(posix.resolve(ctx.cwd, build.path));
  if (file?.kind !== "file")
    found.push(
      problem("docker/dockerfile-missing", `The Dockerfile ${build.path} does not exist`, {
        subject: ctx.at("build", "path"),
      }),
    );
  const directory = build.build_dir && (await ctx.files.stat(posix.resolve(ctx.cwd, build.build_dir)));
  if (build.build_dir && (!directory || directory.kind !== "directory"))
    found.push(
      problem("docker/build-dir-missing", `build_dir ${build.build_dir} is not a directory`, {
        subject: ctx.at("build", "build_dir"),
      }),
    );
  return found;
}

/** Rendered when the container starts; what it asks for is known now. */
function runCommandProblems({ image = "", run_command = [] }: Config, ctx: PrepareContext): readonly Diagnostic[] {
  const names = { Image: image };
  return run_command.flatMap((text, i) => {
    const rendered = ctx.render(text, names, runCommandOption.type);
    if (rendered.ok) return [];
    return rendered.diagnostics.map(({ summary, detail }) =>
      problem("docker/run-command", `run_command: ${summary}`, {
        detail: [detail, mayUse("run_command", names)].filter(Boolean).join("\n"),
        subject: ctx.at("run_command", i),
      }),
    );
  });
}

async function resultProblems(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const { commit, discard, export_path } = config;
  const wanted = [commit && "commit", discard && "discard", export_path && "export_path"].filter(Boolean);
  const found: Diagnostic[] = [];
  if (wanted.length === 0)
    found.push(
      problem(
        "docker/no-result",
        "No instructions given for handling the artifact; expected commit, discard, or export_path",
        { subject: ctx.at() },
      ),
    );
  if (wanted.length > 1)
    found.push(
      problem("docker/many-results", "Cannot specify more than one of commit, discard, and export_path", {
        detail: `Given: ${wanted.join(", ")}.`,
        subject: ctx.at(wanted[1] || "commit"),
      }),
    );
  const target = export_path && (await ctx.files.stat(posix.resolve(ctx.cwd, export_path)));
  if (target && target.kind === "directory")
    found.push(
      problem("docker/export-directory", "export_path must be a file, not a directory", {
        subject: ctx.at("export_path"),
      }),
    );
  return found;
}
