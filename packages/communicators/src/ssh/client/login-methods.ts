import type { AnyAuthMethod, Client, Prompt } from "ssh2";
import type { Identity } from "./identity.ts";
import { PublicKeyLogin } from "./public-key-login.ts";

/** One way to log in, in the order in which they are tried. */
export type LoginMethod =
  | { readonly kind: "identity"; readonly identity: Identity }
  | { readonly kind: "password"; readonly password: string }
  | { readonly kind: "interactive"; answer(prompts: readonly Prompt[], title: string): Promise<readonly string[]> };

/** What was tried and what came of it, for people. */
export interface Tried {
  readonly what: string;
  readonly result: string;
}

interface Attempt {
  readonly name: "publickey" | "password" | "keyboard-interactive" | "none";
  readonly what: string;
  readonly start: () => AnyAuthMethod;
  readonly explain?: () => string | undefined;
}

/** Some servers let anybody in with an empty password, asked again and again by others. */
const mostRounds = 20;

/**
 * Decides which method comes next. A method that the server does not offer is passed over, but kept: after a partial success (public key
 * and then a password) it may be the one that is asked for. Nothing of ours fitting, `none` is tried last, as machines without a
 * password accept it.
 */
export class LoginOrder {
  readonly #pending: LoginMethod[];
  readonly #login: PublicKeyLogin;
  readonly #username: string;
  #queue: Attempt[] = [];
  #current: Attempt | undefined;
  #sawNone = false;
  readonly tried: Tried[] = [];
  /** The methods that the server said it would take, last heard. */
  offered: readonly string[] | undefined;

  constructor(client: Client, username: string, methods: readonly LoginMethod[]) {
    this.#pending = [...methods];
    this.#username = username;
    this.#login = new PublicKeyLogin(client, username);
  }

  /** Called by ssh2 for the first method, and again whenever one was refused. */
  next(left: readonly string[] | null, partial: boolean | null): AnyAuthMethod | false {
    this.#settle(partial === true ? "accepted, but the server asks for more" : undefined);
    if (left) this.offered = left;
    const attempt = this.#queue.shift() ?? this.#fresh(left) ?? this.#last(left);
    this.#current = attempt;
    return attempt?.start() ?? false;
  }

  #settle(result: string | undefined): void {
    const current = this.#current;
    if (!current) return;
    const because = current.explain?.();
    this.tried.push({ what: current.what, result: result ?? (because ? `failed (${because})` : "refused") });
    this.#current = undefined;
  }

  #fresh(left: readonly string[] | null): Attempt | undefined {
    const at = this.#pending.findIndex((method) => left === null || left.includes(nameOf(method)));
    const [method] = at < 0 ? [] : this.#pending.splice(at, 1);
    if (!method) return undefined;
    const [first, ...rest] = this.#attempts(method);
    this.#queue.push(...rest);
    return first ?? this.#fresh(left);
  }

  #last(left: readonly string[] | null): Attempt | undefined {
    for (const method of this.#pending.splice(0)) {
      this.tried.push({ what: this.#label(method), result: "not accepted by the server" });
    }
    if (this.#sawNone || (left !== null && this.tried.some(({ result }) => result.startsWith("accepted"))))
      return undefined;
    this.#sawNone = true;
    return { name: "none", what: "none", start: () => ({ type: "none", username: this.#username }) };
  }

  #label(method: LoginMethod): string {
    if (method.kind === "identity") return `publickey ${method.identity.label}`;
    return method.kind === "password" ? "password" : "keyboard-interactive";
  }

  #attempts(method: LoginMethod): readonly Attempt[] {
    const username = this.#username;
    const what = this.#label(method);
    if (method.kind === "identity") {
      return this.#login.attempts(method.identity).map((attempt) => ({
        name: "publickey",
        what:
          attempt.signed.startsWith("rsa-") || attempt.signed === "ssh-rsa" ? `${what} with ${attempt.signed}` : what,
        start: () => this.#login.method(method.identity, attempt),
        explain: () => this.#login.signingFailure,
      }));
    }
    if (method.kind === "password") {
      return [{ name: "password", what, start: () => ({ type: "password", username, password: method.password }) }];
    }
    let problem: string | undefined;
    let rounds = 0;
    const prompt = (
      title: string,
      _instructions: string,
      _language: string,
      prompts: readonly Prompt[],
      finish: (answers: string[]) => void,
    ): void => {
      const asked =
        ++rounds > mostRounds ? Promise.reject(new Error("asked too often")) : method.answer(prompts, title);
      asked.then(
        (answers) => finish([...answers]),
        (error: Error) => {
          problem = error.message;
          finish(prompts.map(() => ""));
        },
      );
    };
    const start = (): AnyAuthMethod => ({ type: "keyboard-interactive", username, prompt });
    return [{ name: "keyboard-interactive", what, start, explain: () => problem }];
  }
}

function nameOf(method: LoginMethod): string {
  if (method.kind === "identity") return "publickey";
  return method.kind === "password" ? "password" : "keyboard-interactive";
}
