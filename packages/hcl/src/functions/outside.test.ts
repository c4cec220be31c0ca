import { constants, generateKeyPairSync, publicEncrypt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fixtureHost } from "../../test/node-host.ts";
import { evaluate } from "../eval/evaluate.ts";
import { Scope } from "../eval/scope.ts";
import { parseExpressionText } from "../syntax/parse.ts";
import { stringValue } from "../values/value.ts";
import { type FunctionHost, SecretFailure } from "./host.ts";
import { settle } from "./suspension.ts";
import { packerFunctions, variableDefaultFunctions } from "./table.ts";

function host(changes: Partial<FunctionHost>): FunctionHost {
  return { ...fixtureHost("/nonexistent"), ...changes };
}

async function value(expression: string, on: FunctionHost, variables: Record<string, string> = {}): Promise<unknown> {
  const { result } = parseExpressionText(expression, "t.hcl");
  const names = new Map(Object.entries(variables).map(([k, v]) => [k, stringValue(v)]));
  const scope = new Scope({ functions: packerFunctions(on), variables: names });
  const { value: made, diagnostics } = await settle(() => evaluate(result, scope));
  return diagnostics.length > 0 ? (diagnostics[0]?.detail ?? "") : made.raw;
}

describe("functions that ask the outside world", () => {
  it("wait for answers that come later, and ask once", async () => {
    let asked = 0;
    const on = host({
      readFile: async () => {
        asked++;
        return await Promise.resolve(new TextEncoder().encode("text"));
      },
    });
    expect(await value('"${file("/a")}${file("/a")}"', on)).toBe("texttext");
    expect(asked).toBe(1);
  });

  it("pass the failures of the machine on", async () => {
    const on = host({ readFile: () => Promise.reject(new TypeError("broken")) });
    await expect(value('file("/a")', on)).rejects.toThrow("broken");
  });

  it("stop waiting when told to", async () => {
    const on = host({ readFile: async () => await Promise.resolve(new Uint8Array()) });
    const { result } = parseExpressionText('file("/a")', "t.hcl");
    const scope = new Scope({ functions: packerFunctions(on), variables: new Map() });
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(settle(() => evaluate(result, scope), aborted)).rejects.toThrow("enough");
  });

  it("leave it to the machine what `..` leads out of", async () => {
    const read: string[] = [];
    const on = host({
      readFile: (path) => {
        read.push(path);
        return new Uint8Array([1]);
      },
    });
    await value('"${filebase64("su/../a")}${file("su/../b")}"', on);
    expect(read).toEqual(["/nonexistent/su/../a", "/nonexistent/b"]);
  });

  it.each([
    ['textdecodebase64("YQ=x", "UTF-8")', "invalid base64 symbol at offset 2."],
    ['uuidv5("é", "x")', "invalid UUID length: 2)."],
    ['yamldecode("a\\u0000")', "control characters are not allowed."],
  ])("say what is wrong in %s", async (expression, why) => {
    expect(await value(expression, host({}))).toMatch(new RegExp(`${why.replaceAll(/[.)]/g, "\\$&")}$`));
  });

  it("read Vault secrets of both versions of its store", async () => {
    const on = host({
      environment: () => "token",
      vaultSecret: (path) => (path === "v1" ? { k: "one" } : { data: { k: "two" } }),
    });
    expect(await value('vault("v1", "k")', on)).toBe("one");
    expect(await value('vault("v2", "k")', on)).toBe("two");
    expect(await value('vault("v1", "x")', on)).toContain("does not contain the requested key");
    expect(await value('vault("v1", "k")', host({}))).toContain("Must set VAULT_TOKEN");
  });

  it("read members of AWS secrets", async () => {
    const secrets: Record<string, string> = { one: '{"k":"v"}', two: '{"a":"1","b":"2"}', plain: "hush" };
    const on = host({
      awsSecret: (name) => {
        const found = secrets[name];
        if (found === undefined) throw new SecretFailure(`no secret ${name}`);
        return found;
      },
    });
    expect(await value('aws_secretsmanager("two", "b")', on)).toBe("2");
    expect(await value('aws_secretsmanager("one", null)', on)).toBe("v");
    expect(await value('aws_secretsmanager("two", null)', on)).toContain("multiple values");
    expect(await value('aws_secretsmanager("plain", null)', on)).toBe("hush");
    expect(await value('aws_secretsmanager_raw("two")', on)).toBe(secrets["two"]);
    expect(await value('aws_secretsmanager_raw("x")', on)).toContain("no secret x");
  });

  it("refuse an empty Consul value", async () => {
    expect(await value('consul_key("k")', host({ consulValue: () => "v" }))).toBe("v");
    expect(await value('consul_key("k")', host({}))).toContain("value is empty at path");
  });

  it("let the default of a variable call env, and nothing else", () => {
    const scope = new Scope({ functions: variableDefaultFunctions(host({})) });
    const run = (text: string) => evaluate(parseExpressionText(text, "t").result, scope);
    expect(run('env("FOO")').value.raw).toBe("foo value");
    expect(run('env("NOPE")').value.raw).toBe("");
    expect(run('upper("x")').diagnostics[0]?.summary).toBe("Call to unknown function");
    expect(run("var.x").diagnostics[0]?.summary).toBe("Variables not allowed");
  });
});

describe("rsadecrypt", () => {
  const pair = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const secret = publicEncrypt({ key: pair.publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from("hush é"));
  const text = secret.toString("base64");

  it.each(["pkcs1", "pkcs8"] as const)("decrypts with a %s key", async (type) => {
    const pem = pair.privateKey.export({ type, format: "pem" }).toString();
    expect(await value("rsadecrypt(text, pem)", host({}), { text, pem })).toBe("hush é");
  });

  it("refuses other keys and texts", async () => {
    const other = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
    const pem = other.export({ type: "pkcs1", format: "pem" }).toString();
    expect(await value("rsadecrypt(text, pem)", host({}), { text, pem })).toContain("failed to decrypt");
    expect(await value("rsadecrypt(text, pem)", host({}), { text: "!", pem })).toContain("base64");
    const sealed = other.export({ type: "pkcs8", format: "pem", cipher: "aes-128-cbc", passphrase: "x" }).toString();
    expect(await value("rsadecrypt(text, pem)", host({}), { text, pem: sealed })).toContain("password protected");
  });
});
