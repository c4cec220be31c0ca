import { goQuote } from "@kiln/sdk";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import { STRING } from "../values/type.ts";
import { stringValue, type Value } from "../values/value.ts";
import { type Functions, text } from "./arguments.ts";
import { type FunctionHost, SecretFailure } from "./host.ts";
import type { Answers } from "./suspension.ts";

/** Functions that ask Vault, Consul and AWS. */
export function secretFunctions(host: FunctionHost, answers: Answers): Functions {
  const asked = <R>(key: string, ask: () => R | Promise<R>, use: (answer: R) => Outcome): Outcome => {
    let answer: R;
    try {
      answer = answers.get(key, ask);
    } catch (error) {
      if (error instanceof SecretFailure) return new Fault(error.message);
      throw error;
    }
    return use(answer);
  };
  return {
    vault: {
      parameters: [text("path"), text("key")],
      returns: STRING,
      call: ([path, key]) => {
        if (!host.environment("VAULT_TOKEN"))
          return new Fault("Must set VAULT_TOKEN env var in order to use vault template function");
        return asked(
          `vault ${path?.text}`,
          () => host.vaultSecret(path?.text ?? ""),
          (secret) => vaultMember(secret, path as Value, key as Value),
        );
      },
    },
    consul_key: {
      parameters: [text("key")],
      returns: STRING,
      call: ([key]) =>
        asked(
          `consul ${key?.text}`,
          () => host.consulValue(key?.text ?? ""),
          (value) =>
            value === "" ? new Fault(`value is empty at path ${goQuote(key?.text ?? "")}`) : stringValue(value),
        ),
    },
    aws_secretsmanager: {
      parameters: [text("name"), text("key", { allowNull: true })],
      returns: STRING,
      call: ([name, key]) =>
        asked(
          `aws ${name?.text}`,
          () => host.awsSecret(name?.text ?? ""),
          (secret) => awsMember(secret, name?.text ?? "", key?.isNull === true ? "" : (key?.text ?? "")),
        ),
    },
    aws_secretsmanager_raw: {
      parameters: [text("name")],
      returns: STRING,
      call: ([name]) => asked(`aws ${name?.text}`, () => host.awsSecret(name?.text ?? ""), stringValue),
    },
  };
}

/** A member of a secret; in the second version of Vault's store the members are under `data`. */
function vaultMember(secret: Readonly<Record<string, unknown>>, path: Value, key: Value): Outcome {
  const { data } = secret;
  const members = typeof data === "object" && data !== null ? (data as Record<string, unknown>) : secret;
  const value = Object.hasOwn(members, key.text) ? members[key.text] : undefined;
  if (typeof value === "string") return stringValue(value);
  return new Fault(
    `Vault path does not exist or does not contain the requested key: path ${goQuote(path.text)}, key ${goQuote(key.text)}`,
  );
}

/** A member of a JSON secret, or the whole of one that is not JSON. */
function awsMember(secret: string, name: string, key: string): Outcome {
  let parsed: unknown;
  try {
    parsed = JSON.parse(secret);
  } catch {
    return key === ""
      ? stringValue(secret)
      : new Fault(`the secret ${goQuote(name)} is not JSON and has no key ${goQuote(key)}`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return stringValue(secret);
  const members = new Map(Object.entries(parsed as Record<string, unknown>));
  if (key === "") {
    if (members.size !== 1) {
      return new Fault("Secret has multiple values and no key was set");
    }
    return member(members.values().next().value);
  }
  return members.has(key) ? member(members.get(key)) : new Fault(`No secret found for key ${goQuote(key)}`);
}

function member(value: unknown): Outcome {
  if (typeof value === "string") return stringValue(value);
  return stringValue(JSON.stringify(value) ?? "");
}
