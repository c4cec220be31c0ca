import type { Communicator, ExecOptions, ExecResult } from "@kiln/sdk";
import type { ChannelInput } from "../channel-input.ts";
import type { ChannelOutput } from "../channel-output.ts";
import type { MachineFiles } from "../files/machine-files.ts";
import { SftpServer } from "./sftp-server.ts";

/** Who answers SFTP on the machine, tried in this order; found out at the first session and kept. */
export class SftpPlan {
  readonly #communicator: Communicator;
  #programs: ((options: ExecOptions) => Promise<ExecResult>)[];

  constructor(communicator: Communicator, sftpCommand: string | undefined) {
    this.#communicator = communicator;
    this.#programs = [
      ...(sftpCommand ? [(options: ExecOptions) => communicator.exec(sftpCommand, { ...options, pty: false })] : []),
      (options: ExecOptions) => this.#subsystem(options),
    ];
  }

  /** One session: by the machine's own server where it has one, which sees the client's very bytes; otherwise by ours. Its exit status. */
  async serve(input: ChannelInput, output: ChannelOutput, files: MachineFiles, signal: AbortSignal): Promise<number> {
    for (let program = this.#programs[0]; program; program = this.#programs[0]) {
      const exit = await splice(program, input, output, signal);
      if (exit !== undefined) return exit;
      this.#programs = this.#programs.filter((other) => other !== program);
    }
    await new SftpServer(files, input, output).serve();
    return 0;
  }

  async #subsystem(options: ExecOptions): Promise<ExecResult> {
    return (await this.#communicator.subsystem?.("sftp", options)) ?? { exit: "disconnected", neverStarted: true };
  }
}

/** Undefined where the machine has no such program: it ended without a word, and the client's words are put back. */
async function splice(
  program: (options: ExecOptions) => Promise<ExecResult>,
  input: ChannelInput,
  output: ChannelOutput,
  signal: AbortSignal,
): Promise<number | undefined> {
  let answered = false;
  const over = new AbortController();
  const said: Uint8Array[] = [];
  const listening = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of input.pieces(over.signal)) {
      if (!answered) said.push(piece);
      yield piece;
    }
  };
  const { exit } = await program({
    signal,
    stdin: listening(),
    onOutput: ({ stream, bytes }) => {
      if (stream === "stderr") return;
      answered = true;
      void output.write(bytes);
    },
    room: output.room,
  });
  over.abort();
  if (answered || (input.ended && said.length === 0)) return exit === "disconnected" ? 255 : exit;
  input.unread(said);
  return undefined;
}
