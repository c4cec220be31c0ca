import { type BuildContext, messageOf, StepError } from "@kiln/sdk";
import type { Qmp } from "../qmp/qmp.ts";
import type { Settings } from "../settings.ts";

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Says where QEMU's control socket is and sets the screen's password (`stepConfigureQMP`); the password, where there is one. */
export async function openQmp(ctx: BuildContext, settings: Settings, qmp: Qmp): Promise<string | undefined> {
  const { ui, host, signal } = ctx;
  if (settings.qmpSocket) ui.say(`QMP socket at: ${settings.qmpSocket}`);
  if (!settings.vnc_use_password) return undefined;
  const random = [...host.random.bytes(8)].map((byte) => letters[byte % letters.length]).join("");
  const password = (settings.vnc_password || random).slice(0, 8);
  ctx.secrets.add(password);
  try {
    await qmp.execute("set_password", { protocol: "vnc", password }, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new StepError(`Error setting the VNC password: ${messageOf(error)}`, {
      code: "qemu/vnc-password",
      cause: error,
    });
  }
  return password;
}
