import { bool, choice, keyValues, names, paths } from "./flag.ts";

/** Which builds a command is about. */
export function selectionFlags(except: string, only: string) {
  return {
    except: names({ shown: "=foo,bar,baz", doc: except }),
    only: names({ shown: "=foo,bar,baz", doc: only }),
  } as const;
}

/** Accepted, and without effect, by commands that are not about builds: Packer gives these flags to all. */
export const unusedSelection = {
  except: names({ doc: "", hidden: true }),
  only: names({ doc: "", hidden: true }),
} as const;

/** Variables and the kind of template: of every command that reads one. */
export const templateFlags = {
  var: keyValues({ shown: " 'key=value'", doc: "Variable for the template; may be given many times." }),
  "var-file": paths({
    shown: "=path",
    doc: "JSON or HCL2 file of variables; may be given many times, later ones win.",
  }),
  "config-type": choice(
    { shown: "=json", doc: "Kind of a template that is read from standard input: json (default) or hcl2." },
    ["json", "hcl2"],
    "json",
    { anyCase: true },
  ),
} as const;

/** Of commands that check a template. */
export const strictFlag = {
  strict: bool({ doc: "Refuse undeclared variables, unused variables and locals, and deprecated options." }),
} as const;

/** Flags of Packer 1.16 about how HCL2 is evaluated; the result here is the same either way. */
export const evaluationFlags = {
  "use-sequential-evaluation": bool({ doc: "", hidden: true }),
  "ignore-prerelease-plugins": bool({ doc: "", hidden: true }),
} as const;
