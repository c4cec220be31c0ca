import { codeOf, type Host, StepError } from "@kiln/sdk";

/** A port that nobody else gets: something listens on it until QEMU takes it over, so there is no lock to leave behind. */
export interface HeldPort {
  readonly port: number;
  free(): Promise<void>;
}

/** A random one first: builds that look at once rarely meet. */
export async function holdPort(
  { net, random }: Pick<Host, "net" | "random">,
  [low, high]: readonly [number, number],
  address: string,
  options: string,
): Promise<HeldPort> {
  const span = high - low + 1;
  const start = random.bytes(4).reduce((n, byte) => n * 256 + byte, 0) % span;
  for (let i = 0; i < span; i++) {
    const port = low + ((start + i) % span);
    try {
      const listener = await net.listen({ host: address, port }, (socket) => void socket[Symbol.asyncDispose]());
      return { port, free: async () => listener[Symbol.asyncDispose]() };
    } catch (error) {
      const code = codeOf(error);
      if (code === "EADDRNOTAVAIL") {
        throw new StepError(`${address} is no address of this machine: see ${options}`, {
          code: "qemu/address",
          cause: error,
        });
      }
      if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    }
  }
  throw new StepError(`no port between ${low} and ${high} is free: widen ${options}`, { code: "qemu/no-port" });
}
