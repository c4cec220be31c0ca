import { Buffer } from "node:buffer";
import type { ConnectAccess } from "@kiln/sdk";

/** Bytes whose number is known before they are sent, as scp needs it. */
export interface Spooled {
  readonly size: number;
  bytes(): AsyncIterable<Uint8Array>;
  /** Removes the temporary file, if there is one. */
  remove(): Promise<void>;
}

/** What is kept in memory; more goes through a temporary file. */
const small = 1024 * 1024;

/** The source itself where its size is given; otherwise it is read to its end first. */
export async function spooled(
  source: AsyncIterable<Uint8Array>,
  size: number | undefined,
  access: ConnectAccess,
): Promise<Spooled> {
  const iterator = once(source);
  const held: Uint8Array[] = [];
  if (size !== undefined) return { size, bytes: () => replayed(held, iterator), remove: async () => {} };
  let length = 0;
  while (length <= small) {
    const next = await iterator.next();
    if (next.done) return { size: length, bytes: () => replayed(held, iterator), remove: async () => {} };
    held.push(Buffer.from(next.value));
    length += next.value.length;
  }
  const { files } = access.host;
  const path = await files.temporary("file", "kiln-upload");
  const remove = (): Promise<void> => files.remove(path);
  try {
    await files.write(
      path,
      counted(held, iterator, (n) => (length = n)),
    );
  } catch (error) {
    await remove();
    throw error;
  }
  return { size: length, bytes: () => files.read(path), remove };
}

function once(source: AsyncIterable<Uint8Array>): AsyncIterator<Uint8Array> {
  return source[Symbol.asyncIterator]();
}

async function* replayed(held: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* held;
  try {
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* counted(
  held: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  tell: (length: number) => void,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const bytes of replayed(held, rest)) {
    length += bytes.length;
    yield bytes;
  }
  tell(length);
}
