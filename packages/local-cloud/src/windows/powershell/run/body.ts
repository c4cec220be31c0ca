import type { ScriptBody, Statement } from "../syntax/ast.ts";
import { PsObject } from "../values/collections.ts";
import { NetObject, type Value } from "../values/value.ts";
import {
  type BodyCall,
  type BoundArgument,
  type Engine,
  type Frame,
  ReturnExit,
  ScriptExit,
  type Stage,
} from "./engine.ts";
import { bindParameters, pipelineKind } from "./parameters.ts";
import { Scope } from "./scope.ts";

/** A function, script or script block as a part of a pipeline. */
export function bodyStage(
  engine: Engine,
  run: (statements: readonly Statement[], frame: Frame) => Promise<void>,
  body: ScriptBody,
  args: readonly BoundArgument[],
  frame: Frame,
  how: BodyCall,
): Stage {
  const scope = how.dotSource ? frame.scope : new Scope(frame.scope, how.kind === "script" ? "script" : "function");
  const inner: Frame = { ...frame, scope };
  const input: Value[] = [];
  const parameters = body.parameters ?? [];
  const piped = parameters.find((parameter) => pipelineKind(parameter) === "value");
  const named = parameters.filter((parameter) => pipelineKind(parameter) === "name");
  let left = false;

  const guarded = async (statements: readonly Statement[]): Promise<void> => {
    if (left) return;
    try {
      await run(statements, inner);
    } catch (exit) {
      if (exit instanceof ReturnExit) return;
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

  return {
    begin: async () => {
      const bound = await bindParameters(engine, how.name, parameters, args, inner, how.hasInput);
      scope.set("PSBoundParameters", bound.given);
      if (bound.errorAction !== undefined) scope.set("ErrorActionPreference", bound.errorAction);
      if (body.parameters === undefined || bound.rest.length > 0 || !scope.variables.has("args"))
        scope.set("args", [...bound.rest]);
      if (how.kind === "script" && how.path !== undefined) {
        scope.set("PSCommandPath", how.path);
        scope.set("PSScriptRoot", how.path.slice(0, Math.max(2, how.path.lastIndexOf("\\"))));
      }
      scope.set("MyInvocation", invocation(how));
      if (!how.hasInput) scope.set("input", []);
      if (body.beginBlock) await guarded(body.beginBlock);
    },
    process: async (item) => {
      if (item === undefined) {
        if (how.hasInput) return;
        if (isProcess) await guarded(processBody);
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
      await guarded(processBody);
    },
    end: async () => {
      if (how.hasInput && !isProcess) {
        scope.set("input", input);
        if (piped) scope.set(piped.name, input.at(-1) ?? null, piped.type);
      }
      if (!how.isFilter) await guarded(body.endBlock);
    },
  };
}

function invocation(how: BodyCall): PsObject {
  const command = new PsObject([
    ["Name", how.name],
    ["Path", how.path ?? ""],
    ["Definition", how.path ?? how.name],
    ["CommandType", how.kind === "script" ? "ExternalScript" : "Function"],
  ]);
  return new PsObject([
    ["MyCommand", command],
    ["InvocationName", how.name],
    ["ScriptName", how.path ?? ""],
  ]);
}
