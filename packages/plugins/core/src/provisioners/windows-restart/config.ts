import { type ConfigOf, duration, flag, list, ofText, text } from "@kiln/sdk";
import { defaultRegistryKeys } from "./commands.ts";

/** Options of the windows-restart provisioner. Source: Packer's reference. */
export const config = {
  restart_command: text({
    doc: "Command that restarts the machine.",
    fallback: 'shutdown /r /f /t 0 /c "packer restart"',
  }),
  restart_check_command: text({
    doc: "Command that succeeds when the machine is ready; asked in addition to whether it answers at all.",
  }),
  restart_timeout: duration({ doc: "How long to wait for the machine.", fallback: 300_000 }),
  check_registry: flag({ doc: "Also wait until none of registry_keys is there.", fallback: false }),
  registry_keys: list(ofText, {
    doc: "Registry keys that Windows keeps while a restart is still to be done.",
    fallback: defaultRegistryKeys,
  }),
} as const;
export type Config = ConfigOf<typeof config>;
