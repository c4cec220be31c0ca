import { type Artifact, messageOf, type PostProcessContext, type PostProcessed } from "@kiln/sdk";
import type { Planned } from "../plan/plan.ts";

export interface PostProcessAccess {
  /** Lines under the build's own name. */
  readonly say: (line: string) => void;
  readonly error: (line: string) => void;
  readonly cleanup: AbortSignal;
  readonly run: (step: Planned<PostProcessContext, PostProcessed>, input: Artifact) => Promise<PostProcessed>;
}

export interface PostProcessResult {
  /** In the order of the final summary: the builder's artifact first where it was kept. */
  readonly artifacts: readonly Artifact[];
  readonly errors: readonly string[];
}

interface ChainResult {
  readonly results: readonly Artifact[];
  /** The builder's artifact must stay. */
  readonly keepsBuilt: boolean;
  readonly errors: readonly string[];
}

function startLine(step: Planned<PostProcessContext, PostProcessed>): string {
  const named = step.name === step.type ? step.type : `${step.name} (type ${step.type})`;
  return `Running post-processor: ${named}`;
}

function keeps(step: Planned<PostProcessContext, PostProcessed>, done: PostProcessed): boolean {
  const wanted = step.meta.keepInputArtifact;
  if (wanted === undefined) return done.keepInput;
  // A post-processor that only passes its input on cannot let it be destroyed.
  return wanted || (done.keepInput && done.forceKeep === true);
}

async function destroyed(artifact: Artifact, access: PostProcessAccess): Promise<readonly string[]> {
  try {
    await artifact.destroy(access.cleanup);
    return [];
  } catch (error) {
    return [`Failed cleaning up prior artifact: ${messageOf(error)}`];
  }
}

async function runChain(
  chain: readonly Planned<PostProcessContext, PostProcessed>[],
  built: Artifact,
  access: PostProcessAccess,
): Promise<ChainResult> {
  const results: Artifact[] = [];
  const errors: string[] = [];
  let keepsBuilt = false;
  let prior = built;
  for (const [i, step] of chain.entries()) {
    access.say(startLine(step));
    let done: PostProcessed;
    try {
      done = await access.run(step, prior);
    } catch (error) {
      errors.push(`Post-processor failed: ${messageOf(error)}`);
      // What was finished before the failure is worth more than a tidy disk: it stays, and is named.
      if (i > 0) results.push(prior);
      return { results, keepsBuilt: true, errors };
    }
    if (!done.artifact) {
      if (i > 0) results.push(prior);
      else keepsBuilt ||= keeps(step, done);
      return { results, keepsBuilt, errors };
    }
    const keep = keeps(step, done);
    if (i === 0) keepsBuilt = keep;
    else if (keep) results.push(prior);
    else errors.push(...(await destroyed(prior, access)));
    prior = done.artifact;
  }
  results.push(prior);
  return { results, keepsBuilt, errors };
}

/** Sends the builder's artifact along every chain, as Packer does, but never destroys it because something after it failed. */
export async function postProcess(
  chains: readonly (readonly Planned<PostProcessContext, PostProcessed>[])[],
  built: Artifact,
  access: PostProcessAccess,
): Promise<PostProcessResult> {
  if (chains.length === 0) return { artifacts: [built], errors: [] };
  const artifacts: Artifact[] = [];
  const errors: string[] = [];
  let keepBuilt = false;
  for (const chain of chains) {
    const done = await runChain(chain, built, access);
    artifacts.push(...done.results);
    errors.push(...done.errors);
    keepBuilt ||= done.keepsBuilt;
  }
  if (keepBuilt) artifacts.unshift(built);
  else errors.push(...(await destroyed(built, access)));
  if (errors.length > 0) {
    // Steps that pass an artifact on name it again.
    for (const artifact of new Set(artifacts)) {
      if (!artifact.empty)
        access.error(`A post-processor failed; this was finished and is kept: ${artifact.describe().trim()}`);
    }
  }
  return { artifacts, errors };
}
