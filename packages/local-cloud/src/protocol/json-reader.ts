import type { JsonReader } from "./action.ts";
import { ApiError } from "./api-error.ts";

const wrongType = (name: string, wanted: string): ApiError =>
  new ApiError("SerializationException", `The member ${name} is not ${wanted}`);

/** A reader over the parsed body of a JSON request. */
export function jsonReader(body: unknown): JsonReader {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ApiError("SerializationException", "The request body is not a JSON object");
  }
  const members = body as Readonly<Record<string, unknown>>;
  const text = (name: string): string | undefined => {
    const value = members[name];
    if (value !== undefined && value !== null && typeof value !== "string") throw wrongType(name, "a string");
    return value ?? undefined;
  };
  return {
    text,
    required(name) {
      const value = text(name);
      if (value === undefined || value === "")
        throw new ApiError("ValidationException", `The member ${name} is required`);
      return value;
    },
    texts(name) {
      const value = members[name] ?? [];
      if (!Array.isArray(value) || value.some((v) => typeof v !== "string")) throw wrongType(name, "a list of strings");
      return value as string[];
    },
    flag(name) {
      const value = members[name];
      if (value !== undefined && typeof value !== "boolean") throw wrongType(name, "a boolean");
      return value;
    },
    whole(name) {
      const value = members[name];
      if (value !== undefined && !Number.isInteger(value)) throw wrongType(name, "a whole number");
      return value as number | undefined;
    },
    has: (name) => members[name] !== undefined && members[name] !== null,
  };
}
