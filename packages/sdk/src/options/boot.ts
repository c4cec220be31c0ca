import type { ConfigOf } from "../schema.ts";
import { duration, flag, list, ofText } from "../schema.ts";

/** What is typed while the machine boots. Spread it into a schema. Source: Packer plugin SDK. */
export const bootOptions = {
  boot_keygroup_interval: duration({ doc: "Pause after each group of keys; 0s when not set." }),
  boot_wait: duration({
    doc: "How long to wait before typing; 10s when not set or zero, negative for not at all.",
    fallback: 10_000,
  }),
  boot_command: list(ofText, {
    doc: "Keys to type, with `<enter>` and the like for special ones; the items are joined with nothing between. Line breaks and tabs press no key.",
    lateTemplate: true,
  }),
} as const;

/** Typing over VNC. Contains the boot options. */
export const vncBootOptions = {
  ...bootOptions,
  disable_vnc: flag({ doc: "Make no VNC connection; nothing can be typed then.", fallback: false }),
  boot_key_interval: duration({ doc: "Pause between key events; PACKER_KEY_INTERVAL or 100ms when not set." }),
  boot_steps: list(list(ofText, { doc: "" }), {
    doc: "Pairs of keys to type and what to say about them; instead of boot_command.",
    lateTemplate: true,
  }),
} as const;
export type BootConfig = ConfigOf<typeof bootOptions>;
export type VncBootConfig = ConfigOf<typeof vncBootOptions>;

/** Milliseconds to wait before typing. Packer's rule: zero means the default, so that only a negative value says "at once". */
export function bootWait(config: Pick<BootConfig, "boot_wait">): number {
  return config.boot_wait === 0 ? 10_000 : Math.max(0, config.boot_wait);
}
