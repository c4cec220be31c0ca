import type { Config } from "./config.ts";

/** What `override` may change. */
export type Settings = Pick<
  Config,
  | "output"
  | "compression_level"
  | "include"
  | "vagrantfile_template"
  | "vagrantfile_template_generated"
  | "architecture"
>;
/** A value of `override` that cannot be used. */
export interface BadOverride {
  readonly option: string;
  readonly complaint: string;
}

type Reader = (value: unknown) => unknown;
const readText: Reader = (value) => (typeof value === "string" ? value : undefined);
const readNumber: Reader = (value) => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
};
const readers: Readonly<Record<keyof Settings, readonly [Reader, string]>> = {
  output: [readText, "text"],
  architecture: [readText, "text"],
  vagrantfile_template: [readText, "text"],
  vagrantfile_template_generated: [
    (value) => (value === true || value === "true" ? true : value === false || value === "false" ? false : undefined),
    "true or false",
  ],
  compression_level: [readNumber, "a number"],
  include: [
    (value) => (Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined),
    "a list of texts",
  ],
};

/** The options for one provider: those of its override win. */
export function settingsFor(config: Config, provider: string): Settings {
  return { ...config, ...readOverride(config.override?.[provider]).values };
}

/** Reads the options of one provider, which the schema cannot describe. */
export function readOverride(written: unknown): {
  readonly values: Partial<Settings>;
  readonly bad: readonly BadOverride[];
} {
  if (written === undefined || written === null) return { values: {}, bad: [] };
  // A JSON template may write an object as a list of one.
  const one: unknown = Array.isArray(written) && written.length === 1 ? written[0] : written;
  if (typeof one !== "object" || one === null || Array.isArray(one))
    return { values: {}, bad: [{ option: "", complaint: "is not a map of options" }] };
  const values: Record<string, unknown> = {};
  const bad: BadOverride[] = [];
  for (const [option, value] of Object.entries(one)) {
    if (!isOption(option)) {
      bad.push({ option, complaint: `is no option that a provider can have: use ${Object.keys(readers).join(", ")}` });
      continue;
    }
    const [read, kind] = readers[option];
    const known = read(value);
    if (known === undefined) bad.push({ option, complaint: `must be ${kind}` });
    else values[option] = known;
  }
  return { values, bad };
}

function isOption(name: string): name is keyof Settings {
  return Object.hasOwn(readers, name);
}
