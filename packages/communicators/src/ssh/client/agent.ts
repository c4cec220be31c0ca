import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { sshNumber, sshString, WireReader } from "../wire.ts";

/** One key or certificate that the agent holds. */
export interface AgentKey {
  readonly blob: Buffer;
  readonly comment: string;
}

const identitiesRequest = 11;
const identitiesAnswer = 12;
const signRequest = 13;
const signResponse = 14;
/** No agent answers with more; a stray server on the socket might. */
const longestAnswer = 4 * 1024 * 1024;

/** The keys of the agent at this socket (or Windows named pipe), in its order. Rejects where nothing answers. */
export async function agentKeys(path: string, signal: AbortSignal): Promise<readonly AgentKey[]> {
  const answer = await ask(path, Buffer.of(identitiesRequest), signal);
  if (answer.byte() !== identitiesAnswer) throw new Error("the SSH agent refused to list its keys");
  return Array.from({ length: answer.number() }, () => ({ blob: answer.bytes(), comment: answer.text() }));
}

/** A signature in SSH's form (algorithm name, then the value). `flags` 2 and 4 ask an RSA key for SHA-256 and SHA-512. */
export async function agentSign(
  path: string,
  blob: Uint8Array,
  data: Uint8Array,
  flags: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const request = Buffer.concat([Buffer.of(signRequest), sshString(blob), sshString(data), sshNumber(flags)]);
  const answer = await ask(path, request, signal);
  if (answer.byte() !== signResponse) throw new Error("the SSH agent refused to sign");
  return answer.bytes();
}

function ask(path: string, request: Buffer, signal: AbortSignal): Promise<WireReader> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ path, signal });
    let got = Buffer.alloc(0);
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("the SSH agent hung up")));
    socket.on("data", (chunk) => {
      got = Buffer.concat([got, chunk]);
      if (got.length < 4) return;
      const length = got.readUInt32BE(0);
      if (length > longestAnswer) return fail(new Error("what listens there is no SSH agent"));
      if (got.length < 4 + length) return;
      resolve(new WireReader(got.subarray(4, 4 + length)));
      socket.destroy();
    });
    socket.write(sshString(request));
  });
}
