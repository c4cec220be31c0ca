export type { CacheSettings } from "./cache/build-cache.ts";
export { cacheFamily } from "./cache/family.ts";
export { contentsOf } from "./cache/orphans.ts";
export { type Pruned, type PruneLimits, pruneCache } from "./cache/prune.ts";
export { CacheStore, type StoredEntry } from "./cache/store.ts";
export { type CleanedResource, type CleanUpOptions, type CleanUpResult, cleanUp } from "./cleanup/clean-up.ts";
export type { Engine, Render, RenderFactory } from "./engine.ts";
export {
  assignVariables,
  evaluateHclTemplate,
  type HclInputs,
  type HclState,
  missingBuild,
} from "./hcl/evaluate/evaluate.ts";
export { evaluateText } from "./hcl/evaluate-text.ts";
export type { HclScope } from "./hcl/hcl-scope.ts";
export type { HclFile, HclTemplate } from "./hcl/hcl-template.ts";
export { listNames } from "./hcl/list-names.ts";
export { parseHclTemplate } from "./hcl/read/read-template.ts";
export { unusedNames } from "./hcl/strict.ts";
export { type Upgraded, type UpgradeOptions, upgradeTemplate } from "./hcl/upgrade/upgrade-template.ts";
export { checkJsonTemplate } from "./json/check-template.ts";
export {
  type AssignJsonInputs,
  assignJson,
  type EvaluatedTemplate,
  evaluateJson,
  evaluateJsonTemplate,
  type JsonEvaluation,
} from "./json/evaluate.ts";
export { freeOfVariables } from "./json/free-of-variables.ts";
export type { Surroundings } from "./json/json-scope.ts";
export type { JsonTemplate } from "./json/json-template.ts";
export { lateText, renderText } from "./json/late-text.ts";
export { parsePlainJson } from "./json/plain-json.ts";
export { parseJsonTemplate } from "./json/read-template.ts";
export { unusedVariables } from "./json/strict.ts";
export type { Plan, Planned, PlannedBuild, PlanResult } from "./plan/plan.ts";
export { type PlanRequest, planTemplate } from "./plan/plan-template.ts";
export type { Selection } from "./plan/select.ts";
export { strictly } from "./plan/strictly.ts";
export { type ComponentKind, Registry } from "./registry.ts";
export type { Ask } from "./run/build-ui.ts";
export { type RunOutcome, type RunRequest, runPlan } from "./run/run-plan.ts";
export type { OnError } from "./run/steps.ts";
export { SecretSet } from "./secrets.ts";
export { codeFrame, diagnosticsText } from "./views/diagnostics-text.ts";
export { durationWords } from "./views/duration-words.ts";
export { type HumanViewOptions, humanView, type View } from "./views/human-view.ts";
export { jsonLinesVersion, jsonLinesView } from "./views/json-lines.ts";
export { machineRecord, machineView } from "./views/machine-readable.ts";
export { type LineOf, SourceLines, withoutSecrets } from "./views/source-lines.ts";
