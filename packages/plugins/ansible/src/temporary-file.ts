import { posix, win32 } from "node:path";
import { codeOf, type Held, type Host, type ResourceKind, type RunContext, temporaryDirectory } from "@kiln/sdk";

/** A private file that Ansible reads (key, inventory, password); its absolute path is both intent and reference. */
export const temporaryFileKind: ResourceKind<string, string> = {
  kind: "ansible.temporary-file",
  describe: (path) => `temporary file ${path}`,
  find: async (path, { host }) => ((await host.files.stat(path, { link: true })) ? [path] : []),
  release: (path, { host }) => host.files.remove(path),
};

/** Writes a new file that only this user can read; it goes with the provisioner, or when released. */
export async function temporaryFile(
  ctx: Pick<RunContext, "acquire" | "host">,
  name: { readonly prefix: string; readonly directory?: string; readonly extension?: string },
  content: string,
): Promise<Held<string>> {
  const { host } = ctx;
  const path = host.platform === "win32" ? win32 : posix;
  const directory = path.resolve(host.cwd, name.directory ?? temporaryDirectory(host));
  for (;;) {
    const digits = host.random.bytes(4).reduce((n, byte) => n * 256 + byte, 0);
    const file = path.join(directory, `${name.prefix}${digits}${name.extension ?? ""}`);
    try {
      return await ctx.acquire({
        kind: temporaryFileKind,
        intent: file,
        create: async () => {
          await writeNew(host, file, content);
          return file;
        },
        ref: (made) => made,
      });
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

async function writeNew(host: Host, file: string, content: string): Promise<void> {
  try {
    await host.files.write(file, content, { mode: 0o600, exclusive: true });
  } catch (error) {
    // Somebody else's file is not ours to undo.
    if (codeOf(error) === "EEXIST" && error instanceof Error) Object.assign(error, { nothingMade: true });
    throw error;
  }
}
