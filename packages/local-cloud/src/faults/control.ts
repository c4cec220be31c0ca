import type { Cloud } from "../cloud.ts";
import { ImageNotFoundError, removeImage } from "../images/shelf.ts";
import type { Answer } from "../protocol/answers.ts";
import type { SignedRequest } from "../protocol/sigv4.ts";
import type { FaultPlan } from "./faults.ts";

/** Paths below this one are Kiln's own: no AWS service answers there. */
export const controlPrefix = "/_kiln/";
/** Must be there, with any value: web pages cannot send it across origins. */
export const controlHeader = "x-kiln-control";

/**
 * The control address of a running server: `/_kiln/faults` (GET, PUT, DELETE), `/_kiln/policy` (GET) and `/_kiln/images/ID` (DELETE).
 * The header is required, and a host name that is loopback.
 */
export async function control(request: SignedRequest, cloud: Cloud): Promise<Answer> {
  const { faults, policy } = cloud;
  const host = (request.headers["host"] ?? "").replace(/:\d+$/, "");
  if (request.headers[controlHeader] === undefined || !/^(127\.0\.0\.1|localhost|\[::1\])$/.test(host)) {
    return json(403, { error: `send the header ${controlHeader}, to a loopback address` });
  }
  const image = /^images\/([^/]+)$/.exec(request.path.slice(controlPrefix.length))?.[1];
  if (image !== undefined && request.method === "DELETE") return await removed(cloud, decodeURIComponent(image));
  switch (`${request.method} ${request.path.slice(controlPrefix.length)}`) {
    case "GET faults":
      return json(200, faults.plan);
    case "DELETE faults":
      faults.clear();
      return json(200, {});
    case "PUT faults": {
      const plan = readPlan(request.body);
      if (typeof plan === "string") return json(400, { error: plan });
      faults.set(plan);
      return json(200, plan);
    }
    case "GET policy":
      return json(200, policy.document());
    default:
      return json(404, {
        error: "there are GET, PUT and DELETE /_kiln/faults, GET /_kiln/policy, and DELETE /_kiln/images/ID",
      });
  }
}

async function removed(cloud: Cloud, idOrName: string): Promise<Answer> {
  try {
    return json(200, await removeImage(cloud, idOrName));
  } catch (error) {
    if (!(error instanceof ImageNotFoundError)) throw error;
    return json(404, { error: error.message });
  }
}

function json(status: number, body: unknown): Answer {
  return { status, contentType: "application/json", headers: {}, body: `${JSON.stringify(body)}\n` };
}

const planTypes: Readonly<Record<keyof FaultPlan, (value: unknown) => boolean>> = {
  throttleRate: (value) => typeof value === "number" && value >= 0 && value <= 1,
  delayMs: isDuration,
  visibilityDelayMs: isDuration,
  denied: isTexts,
  allowed: isTexts,
  rules: (value) => Array.isArray(value) && value.every(isRule),
};

const ruleTypes: Readonly<Record<string, (value: unknown) => boolean>> = {
  action: (value) => typeof value === "string",
  nth: (value) => Number.isInteger(value) && Number(value) >= 1,
  times: (value) => Number.isInteger(value) && Number(value) >= 1,
  code: (value) => typeof value === "string",
  message: (value) => typeof value === "string",
  status: (value) => Number.isInteger(value) && Number(value) >= 400 && Number(value) <= 599,
  drop: (value) => value === "before" || value === "after",
  delayMs: isDuration,
};

function isDuration(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function isRule(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("action" in value)) return false;
  return Object.entries(value).every(([name, member]) => ruleTypes[name]?.(member) ?? false);
}

function readPlan(body: Uint8Array): FaultPlan | string {
  let given: unknown;
  try {
    given = JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (error) {
    return `not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) return "a fault plan is a JSON object";
  const types: Readonly<Record<string, (value: unknown) => boolean>> = planTypes;
  const wrong = Object.entries(given).find(([name, value]) => !(types[name]?.(value) ?? false));
  return wrong ? `"${wrong[0]}" is no valid member of a fault plan (${Object.keys(planTypes).join(", ")})` : given;
}
