/** Paths in a folder of the build's own, short enough for a socket. */
export interface Watching {
  readonly monitor: string;
  readonly console: string;
}

/** Switches that lay hands on the first serial port: then it is the user's. */
const serialSwitches = ["-serial", "-nographic", "-nodefaults", "-nodefconfig"];
const serialDevices = /^(?:isa-serial|pci-serial|spapr-vty|sclpconsole|virtconsole)/;

/**
 * What Kiln adds for itself after everything else and under names of its own: a control socket, and a log of the serial console where
 * the user does nothing with it. The port stays QEMU's default, a virtual console.
 */
export function watchingArguments(words: readonly string[], { monitor, console }: Watching): readonly string[] {
  const control = [
    "-chardev",
    `socket,id=kiln-monitor,path=${monitor},server=on,wait=off`,
    "-mon",
    "chardev=kiln-monitor,mode=control",
  ];
  if (!watchesConsole(words)) return control;
  return [...control, "-chardev", `vc,id=kiln-console,logfile=${console}`, "-serial", "chardev:kiln-console"];
}

function watchesConsole(words: readonly string[]): boolean {
  return !words.some(
    (word, i) => serialSwitches.includes(word) || (words[i - 1] === "-device" && serialDevices.test(word)),
  );
}

/** The file that the user's own `-serial file:PATH` writes, which tells as much. */
export function usersConsole(words: readonly string[]): string | undefined {
  const at = words.indexOf("-serial");
  return at < 0 ? undefined : /^file:(.+)$/.exec(words[at + 1] ?? "")?.[1];
}
