import type { ContainerEngine, ContainerExec } from "./engine.ts";

/** For tests: an engine that does nothing but what is laid over it, and remembers the commands. */
export function fakeEngine(more: Partial<ContainerEngine> = {}): ContainerEngine & { readonly commands: string[][] } {
  const commands: string[][] = [];
  return {
    commands,
    container: async (id) => ({ id, user: "", address: "172.17.0.2", running: true, paused: false, exitCode: 0 }),
    image: async () => undefined,
    containersNamed: async () => [],
    namelessImages: async () => [],
    exec: async (_id: string, { command, user }: ContainerExec) => {
      commands.push([...(user ? [`as ${user}`] : []), ...command]);
      return { exit: 0 };
    },
    putArchive: async () => {},
    getArchive: async function* () {},
    commit: async () => "sha256:made",
    export: async function* () {},
    stop: async () => {},
    removeContainer: async () => {},
    removeImage: async () => {},
    ...more,
  };
}
