import type { ConnectConfig, Diagnostic, PrepareContext } from "@kiln/sdk";
import { caution, problem } from "@kiln/sdk";

/** Every mistake in the WinRM options at once. Opens nothing. */
export async function checkWinrm(config: ConnectConfig, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  const at = (option: keyof ConnectConfig, detail: string) => ({ subject: ctx.at(option), detail });
  if (!config.winrm_username) {
    found.push(
      problem(
        "winrm/invalid-option",
        "winrm_username must be specified.",
        at("winrm_username", 'On images of the clouds the user is "Administrator" as a rule.'),
      ),
    );
  }
  const port = config.winrm_port;
  if (port !== undefined && port !== 0 && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    found.push(
      problem(
        "winrm/invalid-option",
        `winrm_port must be between 1 and 65535, not ${port}`,
        at("winrm_port", "WinRM listens on 5985, and on 5986 with HTTPS."),
      ),
    );
  }
  if (config.winrm_timeout !== undefined && config.winrm_timeout < 0) {
    found.push(
      problem(
        "winrm/invalid-option",
        "winrm_timeout must not be negative",
        at("winrm_timeout", 'Write how long to wait, such as "30m".'),
      ),
    );
  }
  if (config.winrm_insecure && !config.winrm_use_ssl) {
    found.push(
      caution(
        "winrm/invalid-option",
        "winrm_insecure has no effect without winrm_use_ssl",
        at("winrm_insecure", "Only HTTPS has certificates that could be checked."),
      ),
    );
  }
  return found;
}
