import { type ComponentBlock, caution, type Diagnostic, problem, type Template } from "@kiln/sdk";
import { compileGlob } from "./glob-pattern.ts";

export interface Selection {
  readonly only: readonly string[];
  readonly except: readonly string[];
}

/** Decides by name; `except` also meets post-processors. JSON matches exactly, HCL2 by pattern. */
export interface Selector {
  takesBuild(name: string): boolean;
  dropsPostProcessor(block: ComponentBlock): boolean;
  /** What is wrong with the patterns, and what matched nothing, once all builds and post-processors were seen. */
  diagnostics(buildNames: readonly string[], postProcessors: readonly ComponentBlock[]): readonly Diagnostic[];
}

function exact(selection: Selection): Selector {
  const only = new Set(selection.only);
  const except = new Set(selection.except);
  return {
    takesBuild: (name) => (only.size === 0 || only.has(name)) && !except.has(name),
    dropsPostProcessor: (block) => except.has(block.name),
    diagnostics: () => [],
  };
}

function byPattern(selection: Selection): Selector {
  const bad: Diagnostic[] = [];
  const compiled = (kind: "only" | "except"): readonly RegExp[] =>
    selection[kind].flatMap((pattern) => {
      const matcher = compileGlob(pattern);
      if (matcher) return [matcher];
      bad.push(problem("select/bad-pattern", `Invalid -${kind} pattern ${pattern}: the pattern is not closed`));
      return [];
    });
  const only = compiled("only");
  const except = compiled("except");
  const any = (patterns: readonly RegExp[], name: string): boolean => patterns.some((p) => p.test(name));
  const dropsPostProcessor = (block: ComponentBlock): boolean => any(except, block.name || block.type);
  return {
    takesBuild: (name) => (selection.only.length === 0 || any(only, name)) && !any(except, name),
    dropsPostProcessor,
    diagnostics: (names, postProcessors) => {
      const detail = `Possible build names: [${names.join(" ")}].`;
      const missing: Diagnostic[] = [];
      if (only.some((p) => !names.some((n) => p.test(n)))) {
        const summary = "an 'only' option was passed, but not all matches were found for the given build.";
        missing.push(caution("select/only-unmatched", summary, { detail }));
      }
      const excepted = names.some((n) => any(except, n)) || postProcessors.some(dropsPostProcessor);
      if (except.length > 0 && !excepted) {
        const summary = "an 'except' option was passed, but did not match any build.";
        missing.push(caution("select/except-unmatched", summary, { detail }));
      }
      return [...bad, ...missing];
    },
  };
}

export function selectorFor(template: Template, selection: Selection): Selector {
  return template.syntax === "json" ? exact(selection) : byPattern(selection);
}
