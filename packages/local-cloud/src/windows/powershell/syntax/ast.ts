import type { Value } from "../values/value.ts";

/** Where a piece of a script lies, in characters. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

export type Expression = Extent &
  (
    | { readonly kind: "literal"; readonly value: Value; readonly source: string }
    /** A string with `$…` in it; `bare` where no quotes stood around it. */
    | { readonly kind: "text"; readonly parts: readonly (string | Expression)[] }
    | { readonly kind: "variable"; readonly name: string; readonly splat: boolean }
    | {
        readonly kind: "member";
        readonly target: Expression;
        readonly name: Expression;
        readonly isStatic: boolean;
      }
    | {
        readonly kind: "invoke";
        readonly target: Expression;
        readonly name: Expression;
        readonly isStatic: boolean;
        readonly args: readonly Expression[];
      }
    | { readonly kind: "index"; readonly target: Expression; readonly index: Expression }
    | { readonly kind: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
    | { readonly kind: "unary"; readonly operator: string; readonly operand: Expression }
    | {
        readonly kind: "step";
        readonly by: 1 | -1;
        readonly isPrefix: boolean;
        readonly target: Expression;
      }
    | { readonly kind: "list"; readonly items: readonly Expression[] }
    | { readonly kind: "array"; readonly body: readonly Statement[] }
    | { readonly kind: "sub"; readonly body: readonly Statement[] }
    | { readonly kind: "paren"; readonly body: Statement }
    | { readonly kind: "hash"; readonly entries: readonly (readonly [Expression, Statement])[] }
    | { readonly kind: "block"; readonly body: ScriptBody }
    | { readonly kind: "type"; readonly name: string }
    | { readonly kind: "cast"; readonly type: string; readonly operand: Expression }
  );

export interface Redirection {
  /** 1 output, 2 errors, 3 warnings, 4 verbose, 5 debug, 6 information, `*` all. */
  readonly from: "1" | "2" | "3" | "4" | "5" | "6" | "*";
  readonly to: { readonly file: Expression; readonly append: boolean } | "1";
}

export type Argument =
  | { readonly kind: "value"; readonly value: Expression }
  | {
      readonly kind: "parameter";
      readonly name: string;
      readonly value: Expression | undefined;
      /** As it stood, for programs. */
      readonly source: string;
    };

export interface CommandCall extends Extent {
  readonly kind: "command";
  readonly invocation: "" | "&" | ".";
  readonly name: Expression;
  readonly args: readonly Argument[];
  /** What stood after `--%`. */
  readonly verbatim: string | undefined;
  readonly redirections: readonly Redirection[];
}
export interface ExpressionElement extends Extent {
  readonly kind: "expression";
  readonly value: Expression;
  readonly redirections: readonly Redirection[];
}
export type PipelineElement = CommandCall | ExpressionElement;

export interface CatchClause {
  /** Empty: everything. */
  readonly types: readonly string[];
  readonly body: readonly Statement[];
}
export interface SwitchClause {
  readonly test: Expression | "default";
  readonly body: readonly Statement[];
}

export type Statement = Extent &
  (
    | { readonly kind: "pipeline"; readonly elements: readonly PipelineElement[] }
    | {
        readonly kind: "assign";
        readonly target: Expression;
        readonly operator: string;
        readonly value: Statement;
      }
    | {
        readonly kind: "if";
        readonly clauses: readonly (readonly [Statement, readonly Statement[]])[];
        readonly otherwise: readonly Statement[] | undefined;
      }
    | {
        readonly kind: "while";
        readonly label: string;
        readonly test: Statement;
        readonly body: readonly Statement[];
      }
    | {
        readonly kind: "do";
        readonly label: string;
        readonly test: Statement;
        readonly until: boolean;
        readonly body: readonly Statement[];
      }
    | {
        readonly kind: "for";
        readonly label: string;
        readonly first: Statement | undefined;
        readonly test: Statement | undefined;
        readonly next: Statement | undefined;
        readonly body: readonly Statement[];
      }
    | {
        readonly kind: "foreach";
        readonly label: string;
        readonly variable: string;
        readonly items: Statement;
        readonly body: readonly Statement[];
      }
    | {
        readonly kind: "switch";
        readonly label: string;
        readonly mode: "exact" | "wildcard" | "regex";
        readonly caseSensitive: boolean;
        readonly subject: Statement;
        readonly clauses: readonly SwitchClause[];
      }
    | {
        readonly kind: "function";
        readonly name: string;
        readonly isFilter: boolean;
        readonly body: ScriptBody;
      }
    | {
        readonly kind: "try";
        readonly body: readonly Statement[];
        readonly catches: readonly CatchClause[];
        readonly final: readonly Statement[] | undefined;
      }
    | { readonly kind: "throw"; readonly value: Statement | undefined }
    | { readonly kind: "return"; readonly value: Statement | undefined }
    | { readonly kind: "exit"; readonly value: Statement | undefined }
    | { readonly kind: "break"; readonly label: string }
    | { readonly kind: "continue"; readonly label: string }
    | { readonly kind: "trap"; readonly type: string | undefined; readonly body: readonly Statement[] }
  );

export interface ParameterAttribute {
  readonly name: string;
  readonly positional: readonly Expression[];
  readonly named: ReadonlyMap<string, Expression | undefined>;
}
export interface Parameter {
  readonly name: string;
  readonly type: string | undefined;
  readonly attributes: readonly ParameterAttribute[];
  readonly fallback: Expression | undefined;
}

/** What a script, a function or a script block is made of. */
export interface ScriptBody extends Extent {
  readonly parameters: readonly Parameter[] | undefined;
  /** `[CmdletBinding(…)]`, which alone makes it an advanced function. */
  readonly binding: ParameterAttribute | undefined;
  readonly beginBlock: readonly Statement[] | undefined;
  readonly processBlock: readonly Statement[] | undefined;
  /** The body itself where it has no named blocks. */
  readonly endBlock: readonly Statement[];
  readonly traps: readonly Extract<Statement, { readonly kind: "trap" }>[];
  /** The whole text that this was read from, and its file. */
  readonly source: ScriptSource;
}
export interface ScriptSource {
  readonly text: string;
  readonly file: string | undefined;
}
