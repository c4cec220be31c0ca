import type { ConfigOf, Schema } from "@kiln/sdk";
import { type Config, config } from "../config.ts";
import { type Settings, settingsOf } from "../settings.ts";

/** Options as the decoder gives them: defaults filled in. */
export function configOf(options: Readonly<Record<string, unknown>> = {}): Config {
  const schema: Schema = config;
  const defaults = Object.entries(schema).flatMap(([name, { fallback }]) =>
    fallback === undefined ? [] : [[name, fallback] as const],
  );
  return { ...Object.fromEntries(defaults), ...plain, ...options } as ConfigOf<typeof config>;
}
/** What a small template gives. */
export const plain = {
  iso_url: "/images/base.qcow2",
  iso_checksum: "none",
  ssh_username: "root",
  ssh_password: "secret",
};

export function settings(options: Readonly<Record<string, unknown>> = {}): Settings {
  return settingsOf(configOf(options), "qemu");
}
