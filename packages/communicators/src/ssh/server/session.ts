import { Buffer } from "node:buffer";
import { type Communicator, messageOf } from "@kiln/sdk";
import type { ServerChannel, Session } from "ssh2";
import { ChannelInput } from "./channel-input.ts";
import { ChannelOutput } from "./channel-output.ts";
import type { MachineFiles } from "./files/machine-files.ts";
import { parseScp, type ScpCommand } from "./scp/scp-command.ts";
import { scpFrom } from "./scp/scp-from.ts";
import { scpTo } from "./scp/scp-to.ts";
import { ScpWire } from "./scp/scp-wire.ts";
import type { SftpPlan } from "./sftp/serve-sftp.ts";

/** What all sessions of one server share. */
export interface SessionShop {
  readonly communicator: Communicator;
  readonly sftp: SftpPlan;
  filesOf(signal: AbortSignal): MachineFiles;
}

/** What a client learns where the machine was lost: the status of `ssh` itself, which Ansible takes for "unreachable". */
const unreachable = 255;

/**
 * Serves one session: a command, `scp` or `sftp`. Terminals and environments are granted and ignored, as in Packer; anything else is
 * refused. What runs on the machine ends when the client goes or `gone` is aborted.
 */
export function serveSession(shop: SessionShop, session: Session, gone: AbortSignal): void {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, gone]);
  const stop = (): void => over.abort(new Error("the client went away"));
  session.on("close", stop);
  session.on("pty", (accept) => accept?.());
  session.on("env", (accept) => accept?.());
  session.on("window-change", (accept) => accept?.());
  session.on("signal", (accept) => {
    accept?.();
    stop();
  });
  session.on("exec", (accept, _reject, { command }) => {
    const scp = parseScp(command);
    start(accept(), (channel) => (scp ? copy(scp, channel) : run(command, channel)));
  });
  session.on("subsystem", (accept, reject, { name }) => {
    if (name === "sftp") {
      start(accept(), ({ input, output }) => shop.sftp.serve(input, output, shop.filesOf(signal), signal));
    } else reject?.();
  });

  type Ends = { readonly input: ChannelInput; readonly output: ChannelOutput };
  function start(channel: ServerChannel | undefined, body: (ends: Ends) => Promise<number>): void {
    if (!channel) return;
    channel.once("close", stop);
    const ends = { input: new ChannelInput(channel), output: new ChannelOutput(channel) };
    body(ends)
      .catch(async (error: unknown) => {
        if (!signal.aborted) await ends.output.write(Buffer.from(`${messageOf(error)}\n`), "stderr");
        return unreachable;
      })
      .then((status) => ends.output.finish(status))
      .catch(() => {}); // nobody is left to be told
  }

  async function run(command: string, { input, output }: Ends): Promise<number> {
    const { exit } = await shop.communicator.exec(command, {
      signal,
      stdin: input.pieces(signal),
      onOutput: ({ stream, bytes }) => void output.write(bytes, stream),
      room: output.room,
    });
    if (exit !== "disconnected") return exit;
    await output.write(Buffer.from("The connection to the machine was lost.\n"), "stderr");
    return unreachable;
  }

  async function copy(command: ScpCommand, { input, output }: Ends): Promise<number> {
    const wire = new ScpWire(input, output);
    return (command.direction === "to" ? scpTo : scpFrom)(wire, shop.filesOf(signal), command);
  }
}
