import { goQuote } from "@kiln/sdk";
import { isBlank } from "../go/unicode.ts";
import type { ActionNode, BranchNode, PipeNode, TemplateNode, TemplateTree } from "./ast.ts";
import type { Scope } from "./expression-parser.ts";
import { ExpressionParser } from "./expression-parser.ts";
import { Lexer } from "./lexer.ts";
import type { Token } from "./token.ts";
import { TokenSource } from "./token-source.ts";

interface TreeScope extends Scope {
  /** `{{break}}` and `{{continue}}` need one around them. */
  rangeDepth: number;
}

/** The template itself or a `{{define}}` or `{{block}}` in it. */
interface OpenTree {
  readonly kind: "root" | "define" | "block";
  readonly name: string;
  readonly scope: TreeScope;
  readonly nodes: TemplateNode[];
  /** Of a block: what calls it, once it is complete. */
  readonly invocation?: TemplateNode;
}

/** An `{{if}}`, `{{with}}` or `{{range}}` whose `{{end}}` is to come. */
interface OpenBranch {
  readonly kind: "if" | "with" | "range";
  readonly scope: TreeScope;
  readonly nodes: TemplateNode[];
  readonly otherwise: TemplateNode[];
  readonly pipe: PipeNode;
  readonly start: number;
  readonly end: number;
  /** Variables that were known before. */
  readonly known: number;
  /** Opened by `{{else if}}` or `{{else with}}`: its `{{end}}` is its parent's too. */
  readonly chained: boolean;
  inElse: boolean;
}

type Open = OpenTree | OpenBranch;

const isTree = (open: Open): open is OpenTree => "name" in open;
const isEmpty = (nodes: readonly TemplateNode[]): boolean =>
  nodes.every((node) => node.kind === "text" && isBlank(node.text));

/** Parses a whole template. Open blocks are on a list, not on the call stack, so that nesting has no limit. */
export class Parser {
  readonly #expressions: ExpressionParser;
  readonly #name: string;
  readonly #lexer: Lexer;
  readonly #trees = new Map<string, TemplateTree>();
  readonly #open: Open[] = [];

  constructor(name: string, text: string, hasFunction: (name: string) => boolean) {
    this.#name = name;
    this.#expressions = new ExpressionParser(name, hasFunction);
    const words = { breakIsKeyword: !hasFunction("break"), continueIsKeyword: !hasFunction("continue") };
    this.#lexer = new Lexer(text, words);
  }

  /** All trees by name. Throws `ParseFailure`. */
  parse(): ReadonlyMap<string, TemplateTree> {
    const root: OpenTree = { kind: "root", name: this.#name, scope: this.#scope(), nodes: [] };
    this.#open.push(root);
    for (;;) {
      const open = this.#open.at(-1) ?? root;
      const { tokens } = open.scope;
      if (open === root) {
        if (tokens.peek().kind === "eof") break;
        if (this.#definition(root)) continue;
      } else if (tokens.peekNonSpace().kind === "eof") {
        this.#expressions.fail(open.scope, "unexpected EOF");
      }
      this.#textOrAction(open);
    }
    this.#add(root);
    return this.#trees;
  }

  #scope(): TreeScope {
    const tokens = new TokenSource(this.#lexer);
    return { tokens, variables: ["$"], actionLine: 0, parenDepth: 0, rangeDepth: 0 };
  }

  /** Where nodes go: the branch that is being read. */
  #list(open: Open): TemplateNode[] {
    return !isTree(open) && open.inElse ? open.otherwise : open.nodes;
  }

  #add(tree: OpenTree): void {
    const existing = this.#trees.get(tree.name);
    if (!existing || isEmpty(existing.nodes)) this.#trees.set(tree.name, { name: tree.name, nodes: tree.nodes });
    else if (!isEmpty(tree.nodes)) {
      this.#expressions.fail(tree.scope, `template: multiple definition of template ${goQuote(tree.name)}`);
    }
  }

  /** `{{define}}`, which stands at the top alone. */
  #definition(root: OpenTree): boolean {
    const { tokens } = root.scope;
    if (tokens.peek().kind !== "leftDelim") return false;
    const delim = tokens.next();
    const word = tokens.nextNonSpace();
    if (word.kind !== "define") {
      tokens.back(delim, word);
      return false;
    }
    const scope = this.#scope();
    const context = "define clause";
    const name = scope.tokens.nextNonSpace();
    if (name.kind !== "string" && name.kind !== "rawString") this.#expressions.unexpected(scope, name, context);
    const text = this.#expressions.unquoted(scope, name);
    this.#expectDelim(scope, context);
    this.#open.push({ kind: "define", name: text, scope, nodes: [] });
    return true;
  }

  #expectDelim(scope: TreeScope, context: string): Token {
    const token = scope.tokens.nextNonSpace();
    if (token.kind !== "rightDelim") this.#expressions.unexpected(scope, token, context);
    return token;
  }

  #textOrAction(open: Open): void {
    const { scope } = open;
    const token = scope.tokens.nextNonSpace();
    if (token.kind === "text") {
      const span = { start: token.start, end: token.end };
      this.#list(open).push({ kind: "text", at: token.start, span, text: token.text });
    } else if (token.kind === "leftDelim") {
      scope.actionLine = token.line;
      // The line of an opening action stays known until the first action of its body has been read.
      if (!this.#action(open, token)) scope.actionLine = 0;
    } else this.#expressions.unexpected(scope, token, "input");
  }

  /** One action, its `{{` taken. True when it opened something. */
  #action(open: Open, delim: Token): boolean {
    const { scope } = open;
    const word = scope.tokens.nextNonSpace();
    switch (word.kind) {
      case "block":
      case "template":
        return this.#invocation(open, delim, word.kind);
      case "break":
      case "continue":
        this.#expectDelim(scope, `{{${word.kind}}}`);
        if (scope.rangeDepth === 0) this.#expressions.fail(scope, `{{${word.kind}}} outside {{range}}`, word);
        this.#list(open).push({ kind: word.kind, at: word.start, span: spanFrom(delim, scope) });
        return false;
      case "else":
        this.#otherwise(open);
        return false;
      case "end":
        this.#end(open);
        return false;
      case "if":
      case "with":
      case "range":
        this.#branch(open, word.kind, delim.start, false);
        return true;
      default: {
        scope.tokens.back(word);
        const first = scope.tokens.peek();
        const pipe = this.#expressions.pipeline(scope, "command", "rightDelim");
        const node: ActionNode = { kind: "action", at: first.start, span: spanFrom(delim, scope), pipe };
        this.#list(open).push(node);
        return false;
      }
    }
  }

  #branch(open: Open, kind: OpenBranch["kind"], start: number, chained: boolean): void {
    const { scope } = open;
    const known = scope.variables.length;
    const pipe = this.#expressions.pipeline(scope, kind, "rightDelim");
    if (kind === "range") scope.rangeDepth++;
    const end = scope.tokens.lastEnd;
    this.#open.push({ kind, scope, nodes: [], otherwise: [], pipe, start, end, known, chained, inElse: false });
  }

  #otherwise(open: Open): void {
    const { scope } = open;
    const next = scope.tokens.peekNonSpace();
    const chains = next.kind === "if" || next.kind === "with";
    const place = chains ? next : this.#expectDelim(scope, "else");
    if (isTree(open)) this.#misplaced(open, "{{else}}");
    else if (open.inElse) this.#expressions.fail(scope, "expected end; found {{else}}", place);
    else {
      if (open.kind === "range") scope.rangeDepth--;
      open.inElse = true;
      if (next.kind === "if" && open.kind === "if") this.#chain(open, "if");
      else if (next.kind === "with" && open.kind === "with") this.#chain(open, "with");
    }
  }

  #chain(open: OpenBranch, kind: "if" | "with"): void {
    open.scope.actionLine = 0;
    const word = open.scope.tokens.nextNonSpace();
    this.#branch(open, kind, word.start, true);
  }

  #misplaced(open: OpenTree, what: string): never {
    const place = open.kind === "root" ? "" : ` in ${open.kind} clause`;
    // Go reports this from outside a block, but from inside a definition: the line can differ.
    const outer = open.kind === "block" ? this.#open.at(-2) : open;
    return this.#expressions.fail(outer?.scope ?? open.scope, `unexpected ${what}${place}`);
  }

  #end(open: Open): void {
    this.#expectDelim(open.scope, "end");
    if (isTree(open)) this.#endTree(open);
    else this.#endBranch(open);
  }

  #endTree(tree: OpenTree): void {
    if (tree.kind === "root") this.#misplaced(tree, "{{end}}");
    this.#add(tree);
    this.#open.pop();
    const parent = this.#open.at(-1);
    if (!parent || !tree.invocation) return;
    parent.scope.actionLine = 0;
    this.#list(parent).push(tree.invocation);
  }

  #endBranch(branch: OpenBranch): void {
    let current = branch;
    for (;;) {
      this.#open.pop();
      const { scope, kind, pipe } = current;
      scope.variables.length = current.known;
      if (kind === "range" && !current.inElse) scope.rangeDepth--;
      const span = { start: current.start, end: current.end };
      const node: BranchNode = {
        kind,
        at: pipe.at,
        span,
        pipe,
        body: current.nodes,
        ...(current.inElse && { otherwise: current.otherwise }),
      };
      const parent = this.#open.at(-1);
      if (!parent) return;
      this.#list(parent).push(node);
      if (!current.chained || isTree(parent)) return;
      current = parent;
    }
  }

  /** `{{template "name" pipeline}}` or `{{block "name" pipeline}}`. True when a block was opened. */
  #invocation(open: Open, delim: Token, kind: "template" | "block"): boolean {
    const { scope } = open;
    const context = `${kind} clause`;
    const token = scope.tokens.nextNonSpace();
    if (token.kind !== "string" && token.kind !== "rawString") this.#expressions.unexpected(scope, token, context);
    const name = this.#expressions.unquoted(scope, token);
    let pipe: PipeNode | undefined;
    if (kind === "block") pipe = this.#expressions.pipeline(scope, context, "rightDelim");
    else {
      const next = scope.tokens.nextNonSpace();
      if (next.kind !== "rightDelim") {
        scope.tokens.back(next);
        pipe = this.#expressions.pipeline(scope, context, "rightDelim");
      }
    }
    const span = spanFrom(delim, scope);
    const invocation: TemplateNode = { kind: "template", at: token.start, span, name, ...(pipe && { pipe }) };
    if (kind === "template") this.#list(open).push(invocation);
    else this.#open.push({ kind: "block", name, scope: this.#scope(), nodes: [], invocation });
    return kind === "block";
  }
}

const spanFrom = (delim: Token, scope: Scope): { start: number; end: number } => ({
  start: delim.start,
  end: scope.tokens.lastEnd,
});
