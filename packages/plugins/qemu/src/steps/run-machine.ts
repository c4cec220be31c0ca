import { type BuildContext, renderedOption, StepError } from "@kiln/sdk";
import { defaultArguments, type MachineParts } from "../arguments/default-arguments.ts";
import { mergeArguments } from "../arguments/merge-arguments.ts";
import { usersConsole, type Watching, watchingArguments } from "../arguments/watching-arguments.ts";
import { StartFailure, startMachine, type VirtualMachine } from "../machine.ts";
import { machineKind } from "../resources/process.ts";
import type { Settings } from "../settings.ts";
import { argumentsOption } from "../template-names.ts";
import type { Ports } from "./choose-ports.ts";

/** What earlier steps made, and what the user's arguments may name. */
export interface RunRequest {
  readonly parts: Omit<MachineParts, "hostPort" | "vncDisplay" | "accelerator" | "vncPassword">;
  readonly accelerator: string;
  readonly ports: Ports;
  /** The build's own folder: its path marks the process. */
  readonly folder: string;
  readonly http: { readonly ip: string; readonly port: number };
  /** Further arguments, after everything else: a snapshot to start from. */
  readonly more?: readonly string[];
}
export interface RunningMachine extends VirtualMachine {
  /** File that the serial console is written to, where there is one. */
  readonly console: string | undefined;
  readonly hostPort: number | undefined;
  readonly vncPort: number;
  readonly accelerator: string;
}

/** Where another program took the port just before QEMU did. */
const portTaken = /Could not set up host forwarding rule|Failed to find an available port|Address already in use/i;
const kvmTrouble = /\bkvm\b/i;

/** Starts the machine (`stepRun`); it ends with the step. */
export async function runMachine(ctx: BuildContext, settings: Settings, request: RunRequest): Promise<RunningMachine> {
  const { ui } = ctx;
  ui.say(settings.disk_image ? "Starting VM, booting disk image" : "Starting VM, booting from CD-ROM");
  if (settings.accelerator === "none") {
    ui.message(
      "WARNING: The VM will be started with no hardware acceleration.\nThe installation may take considerably longer to finish.\n",
    );
  }
  if (settings.headless) sayWhereToLook(ctx, settings, request.ports.vncPort);
  if (settings.qemuargs?.length) ui.say("Overriding default Qemu arguments with qemuargs template option...");
  let { accelerator, ports } = request;
  for (let attempt = 1; ; attempt++) {
    try {
      return await started(ctx, settings, { ...request, accelerator, ports });
    } catch (error) {
      if (!(error instanceof StartFailure) || attempt === 5) throw launchFailure(error);
      if (portTaken.test(error.said) && request.ports.again) ports = await request.ports.again();
      else if (accelerator === "kvm" && !settings.accelerator && kvmTrouble.test(error.said)) {
        ui.message(
          `KVM cannot be used here (${firstLine(error.said)}); the processor is emulated (tcg), which is slow.`,
        );
        accelerator = "tcg";
      } else throw launchFailure(error);
    }
  }
}

function sayWhereToLook({ ui }: BuildContext, settings: Settings, port: number): void {
  const how = settings.vnc_use_password ? "with the VNC password" : "without a password";
  ui.message(
    `The VM will be run headless, without a GUI. If you want to\nview the screen of the VM, connect via VNC ${how} to\nvnc://${settings.vnc_bind_address}:${port}`,
  );
}

async function started(ctx: BuildContext, settings: Settings, request: RunRequest): Promise<RunningMachine> {
  const { host } = ctx;
  const { ports, folder, accelerator } = request;
  const watching: Watching = { monitor: `${folder}/monitor`, console: `${folder}/console.log` };
  const own = ownWords(ctx, settings, request);
  const words = [...own, ...watchingArguments(own, watching), ...(request.more ?? [])];
  await ports.free();
  const held = await ctx.acquire({
    kind: machineKind,
    intent: { mark: folder, name: settings.name },
    create: (signal) => startMachine(host, settings.qemu_binary, words, watching.monitor, signal),
    ref: ({ pid }) => ({ pid, mark: folder }),
    release: (machine) => machine.stop(),
  });
  const log = words.some((word) => word.includes(watching.console)) ? watching.console : usersConsole(own);
  return { ...held.value, console: log, hostPort: ports.hostPort, vncPort: ports.vncPort, accelerator };
}

/** The arguments without those that Kiln adds for itself. */
function ownWords(ctx: BuildContext, settings: Settings, request: RunRequest): readonly string[] {
  const { ports, parts, accelerator, http } = request;
  const defaults = defaultArguments(settings, {
    ...parts,
    accelerator,
    vncDisplay: ports.vncPort - 5900,
    vncPassword: settings.vnc_use_password,
    ...(ports.hostPort !== undefined && { hostPort: ports.hostPort }),
  });
  const data = {
    HTTPIP: http.ip,
    HTTPPort: http.port,
    HTTPDir: settings.http_directory ?? "",
    HTTPContent: settings.http_content ?? {},
    OutputDir: settings.output,
    Name: settings.name,
    SSHHostPort: ports.hostPort ?? 0,
  };
  const given = (settings.qemuargs ?? []).map((words) =>
    words.map((word) => renderedOption(ctx, argumentsOption, word, data)),
  );
  return mergeArguments(defaults, given, settings.net_device);
}

function launchFailure(error: unknown): unknown {
  if (!(error instanceof StartFailure)) return error;
  const hint = hintFor(error.said);
  return new StepError(`Error launching VM: ${error.message}${hint ? `\n${hint}` : ""}`, {
    code: error.code,
    cause: error,
  });
}

function hintFor(said: string): string | undefined {
  if (/gtk|sdl|cannot open display|Parameter 'type' does not accept value/i.test(said))
    return "There is no display to open a window on: set headless to true.";
  if (kvmTrouble.test(said)) return 'KVM cannot be used: take accelerator out, or set it to "tcg".';
  if (/No space left on device/.test(said)) return "The disk is full.";
  return undefined;
}
function firstLine(text: string): string {
  return text.split("\n").find((line) => kvmTrouble.test(line)) ?? text;
}
