/**
 * PACKER_RUN_UUID of this command. Always a new one: a build started from another build's script has a journal of its own. Made when
 * it is first asked for, since most commands never do, and put into the environment of children, as under Packer.
 */
export function lazyRunUuid(env: Record<string, string | undefined>): () => string {
  let made: string | undefined;
  return () => {
    made ??= globalThis.crypto.randomUUID();
    env["PACKER_RUN_UUID"] = made;
    return made;
  };
}
