import { Refusal } from "../../system/refusal.ts";
import { leafOf, parentOf } from "../../system/windows-path.ts";
import type { ParameterAttribute, ScriptBody, Statement } from "../syntax/ast.ts";
import { PsObject } from "../values/collections.ts";
import { text, truth } from "../values/convert.ts";
import { commandInfo, invocationInfo } from "../values/error-parts.ts";
import { TerminatingError } from "../values/errors.ts";
import { NetObject, type Value } from "../values/value.ts";
import { Collectors, watchedFrame } from "./collectors.ts";
import {
  type BodyCall,
  type BoundArgument,
  type Engine,
  type Frame,
  ReturnExit,
  ScriptExit,
  type Stage,
} from "./engine.ts";
import { type BoundParameters, bindParameters, type CommonValues, isAdvanced, pipelineKind } from "./parameters.ts";
import { Scope } from "./scope.ts";

/** Runs some of a body's statements; `name` is what stack traces show. */
export type BodyRunner = (statements: readonly Statement[], frame: Frame, name: string) => Promise<void>;

/** A function, script or script block as a part of a pipeline. */
export function bodyStage(
  engine: Engine,
  run: BodyRunner,
  body: ScriptBody,
  args: readonly BoundArgument[],
  frame: Frame,
  how: BodyCall,
): Stage {
  const scope = how.dotSource ? frame.scope : new Scope(frame.scope, how.kind === "script" ? "script" : "function");
  let collectors: Collectors | undefined;
  const inner: Frame = { ...watchedFrame(frame, () => collectors), scope };
  const shown = how.kind === "function" ? how.name : "<ScriptBlock>";
  const input: Value[] = [];
  const parameters = body.parameters ?? [];
  const piped = parameters.find((parameter) => pipelineKind(parameter) === "value");
  const named = parameters.filter((parameter) => pipelineKind(parameter) === "name");
  let left = false;

  const guarded = async (statements: readonly Statement[], block = ""): Promise<void> => {
    if (left) return;
    try {
      await run(statements, inner, shown + block);
    } catch (exit) {
      if (exit instanceof ReturnExit) return;
      if (exit instanceof TerminatingError) collectors?.error(exit.record);
      // A script that exits ends alone; its caller goes on.
      if (exit instanceof ScriptExit && how.kind === "script" && !how.isMain) {
        left = true;
        engine.lastExitCode = exit.code;
        engine.succeeded = exit.code === 0;
        return;
      }
      throw exit;
    }
  };
  const isProcess = body.processBlock !== undefined || how.isFilter === true;
  const processBody = body.processBlock ?? (how.isFilter ? body.endBlock : []);
  const hasBlocks = body.beginBlock !== undefined || body.processBlock !== undefined;

  return {
    begin: async () => {
      const bound = await bindParameters(engine, how.name, body, args, inner, how.hasInput);
      scope.set("PSBoundParameters", bound.given);
      setPreferences(scope, bound.common);
      const variable = (name: string): string | undefined => {
        const value = bound.common.get(name);
        return value === undefined ? undefined : text(value);
      };
      collectors = new Collectors(variable("errorvariable"), variable("outvariable"), frame);
      if (body.parameters === undefined || bound.rest.length > 0 || !scope.variables.has("args"))
        scope.set("args", [...bound.rest]);
      if (how.kind === "script" && how.path !== undefined) {
        scope.set("PSCommandPath", how.path);
        scope.set("PSScriptRoot", parentOf(how.path));
      }
      const own = invocation(how, body, frame, bound);
      scope.set("MyInvocation", own);
      if (isAdvanced(body)) scope.set("PSCmdlet", new PsCmdlet(own, body.binding));
      if (!how.hasInput) scope.set("input", []);
      if (body.beginBlock) await guarded(body.beginBlock, "<Begin>");
    },
    process: async (item) => {
      if (item === undefined) {
        if (how.hasInput) return;
        if (isProcess) await guarded(processBody, "<Process>");
        return;
      }
      input.push(item);
      if (!isProcess) return;
      scope.set("_", item);
      if (piped) scope.set(piped.name, item, piped.type);
      for (const parameter of named) {
        const value = item instanceof NetObject ? item.get(parameter.name) : undefined;
        if (value !== undefined) scope.set(parameter.name, value, parameter.type);
      }
      await guarded(processBody, "<Process>");
    },
    end: async () => {
      if (how.hasInput && !isProcess) {
        scope.set("input", input);
        if (piped) scope.set(piped.name, input.at(-1) ?? null, piped.type);
      }
      if (!how.isFilter) await guarded(body.endBlock, hasBlocks ? "<End>" : "");
    },
  };
}

/** What -Verbose and its kin do inside: they set preferences. */
function setPreferences(scope: Scope, common: CommonValues): void {
  for (const [name, value] of common) {
    const preference = /^(error|warning|information)action$/.exec(name)?.[1];
    if (preference !== undefined)
      scope.set(
        `${preference[0]?.toUpperCase()}${preference.slice(1)}${preference === "error" ? "Action" : ""}Preference`,
        value,
      );
    else if (name === "verbose") scope.set("VerbosePreference", truth(value) ? "Continue" : "SilentlyContinue");
    else if (name === "debug" && truth(value)) throw new Refusal("-Debug of functions (nobody could answer)");
  }
}

/** `$MyInvocation` */
function invocation(how: BodyCall, body: ScriptBody, caller: Frame, bound: BoundParameters): PsObject {
  const own: readonly (readonly [string, Value])[] = [
    ["MyCommand", commandOf(how, body)],
    ["InvocationName", how.name],
    ["BoundParameters", bound.given],
    ["UnboundArguments", [...bound.rest]],
  ];
  if (caller.place) return invocationInfo(caller.place, own);
  return new PsObject(
    [["ScriptName", ""], ["PSCommandPath", ""], ...own],
    "System.Management.Automation.InvocationInfo",
  );
}

function commandOf(how: BodyCall, body: ScriptBody): PsObject {
  if (how.path !== undefined)
    return commandInfo(
      [
        ["Name", leafOf(how.path)],
        ["Path", how.path],
        ["Source", how.path],
        ["Definition", how.path],
        ["CommandType", "ExternalScript"],
      ],
      "ExternalScript",
    );
  return commandInfo(
    [
      ["Name", how.name],
      // Functions and blocks have none: scripts ask whether they are a file.
      ["Path", null],
      ["Definition", body.source.text.slice(body.start, body.end)],
      ["CommandType", how.kind === "function" ? "Function" : "Script"],
    ],
    how.kind === "function" ? "Function" : "Script",
  );
}

/** `$PSCmdlet` of an advanced function, as far as that can be had without a host that asks. */
class PsCmdlet extends NetObject {
  readonly typeName = "System.Management.Automation.PSScriptCmdlet";
  readonly #invocation: PsObject;
  readonly #binding: ParameterAttribute | undefined;
  constructor(own: PsObject, binding: ParameterAttribute | undefined) {
    super();
    this.#invocation = own;
    this.#binding = binding;
  }
  override get(name: string): Value | undefined {
    return name.toLowerCase() === "myinvocation" ? this.#invocation : undefined;
  }
  override call(name: string): Value | undefined {
    // Without -WhatIf and -Confirm it goes on; with a high impact PowerShell would ask.
    return name === "shouldprocess" && !this.#binding?.named.has("confirmimpact") ? true : undefined;
  }
}
