import {
  type Artifact,
  type BuildContext,
  type CacheHit,
  type Communicator,
  codeOf,
  downloadImage,
  isoRequest,
  type KeyPair,
  madeFile,
  makeCd,
  makeFloppy,
  messageOf,
  StepError,
  serveHttp,
} from "@kiln/sdk";
import { chooseAccelerator } from "./accelerator.ts";
import { diskArtifact } from "./artifact.ts";
import { resumeMachine, wake } from "./cache/resume-machine.ts";
import { saveMachine } from "./cache/save-machine.ts";
import { restoredKey } from "./cache/state-files.ts";
import { evidence } from "./evidence.ts";
import { needProgram } from "./programs.ts";
import { qemuMadeFile } from "./resources/made-file.ts";
import type { Settings } from "./settings.ts";
import { bootCommand } from "./steps/boot-command.ts";
import { choosePort, chooseVncPort, portsOf } from "./steps/choose-ports.ts";
import { convertDisks } from "./steps/convert-disks.ts";
import { copyEfiVariables } from "./steps/efi-variables.ts";
import { guestAddress } from "./steps/guest-address.ts";
import { httpAddress } from "./steps/http-address.ts";
import { openQmp } from "./steps/open-qmp.ts";
import { makeOutputDirectory } from "./steps/output-directory.ts";
import { copyDisk, createDisks, resizeDisk } from "./steps/prepare-disks.ts";
import { remoteMedium } from "./steps/remote-medium.ts";
import { type RunningMachine, type RunRequest, runMachine } from "./steps/run-machine.ts";
import { shutDown } from "./steps/shutdown.ts";
import { makeSshKey } from "./steps/ssh-key.ts";
import { startTpm } from "./steps/tpm.ts";

/** The whole build, step by step in Packer's order and under Packer's step names. */
export async function build(ctx: BuildContext, settings: Settings): Promise<Artifact> {
  const { host } = ctx;
  const accelerator = await chooseAccelerator(host, settings.accelerator);
  await needProgram(host, settings.qemu_binary, "On Debian: apt-get install qemu-system-x86");
  const medium = await ctx.step("StepDownload", async () => {
    if (settings.iso_skip_cache) return remoteMedium(ctx, settings);
    return (await downloadImage(ctx, isoRequest(settings))).path;
  });
  const output = await ctx.step("StepOutputDir", () => makeOutputDirectory(ctx, settings.output));
  const folder = await ctx.step("stepPrepareFolder", () => ownFolder(ctx));
  const tpmSocket = await ctx.step("stepTPM", () => startTpm(ctx, settings, folder));
  const floppy = await ctx.step("StepCreateFloppy", () => makeFloppy(ctx, qemuMadeFile, settings));
  const cd = await ctx.step("StepCreateCD", () => makeCd(ctx, qemuMadeFile, settings));
  const hit = await storedState(ctx, settings, medium, accelerator);
  if (!hit) await prepareDisks(ctx, settings, medium);
  const http = await ctx.step("StepHTTPServer", async () => {
    const serving = await serveHttp(ctx, settings);
    const ip = httpAddress(ctx, settings, serving);
    if (serving) publishHttp(ctx, ip, serving.port);
    return { ip, port: serving?.port ?? 0 };
  });
  const forward = await ctx.step("stepPortForward", () => choosePort(ctx, settings));
  const key =
    (hit && (await restoredKey(ctx, hit.directory))) ??
    (await ctx.step("StepSSHKeyGen", () => makeSshKey(ctx, settings)));
  const vnc = await ctx.step("stepConfigureVNC", () => chooseVncPort(ctx, settings));
  const efiVars = await ctx.step("stepPrepareEfivars", () => copyEfiVariables(ctx, settings));
  const cds = [...(settings.disk_image ? [] : [medium]), ...(cd === undefined ? [] : [cd])];
  const request: RunRequest = {
    parts: {
      disks: settings.disks,
      cds,
      ...(floppy !== undefined && { floppy }),
      ...(efiVars !== undefined && { efiVars }),
      ...(tpmSocket !== undefined && { tpmSocket }),
    },
    accelerator,
    ports: portsOf(ctx, settings, forward, vnc),
    folder,
    http,
  };
  const resumed = hit && (await ctx.step("stepResume", () => resumeMachine(ctx, settings, hit, request)));
  if (hit && !resumed) await prepareDisks(ctx, settings, medium);
  const machine = resumed ?? (await ctx.step("stepRun", () => runMachine(ctx, settings, request)));
  await useMachine(ctx, settings, machine, http, key, resumed && hit);
  await ctx.step("stepConvertDisk", () => convertDisks(ctx, settings));
  if (settings.efi && settings.efi_drop_efivars) await host.files.remove(`${settings.output}/efivars.fd`);
  await output.finish();
  return diskArtifact(host, settings, machine.accelerator);
}

/** Sockets and the console's log; its path is what this build's processes are known by. */
async function ownFolder(ctx: BuildContext): Promise<string> {
  const { host } = ctx;
  const held = await madeFile(ctx, qemuMadeFile, { prefix: "kiln-qemu" }, (path) =>
    host.files.makeDirectory(path, { mode: 0o700 }),
  );
  // What the kernel allows for a socket's path is 107 bytes.
  if (held.value.length > 90) {
    throw new StepError(
      `The temporary directory's path is too long for a socket in it: ${held.value}. Set TMPDIR to a shorter one.`,
      {
        code: "qemu/long-path",
      },
    );
  }
  return held.value;
}

async function prepareDisks(ctx: BuildContext, settings: Settings, medium: string): Promise<void> {
  const copied = settings.disk_image && !settings.use_backing_file;
  await ctx.step("stepCreateDisk", () => createDisks(ctx, settings, medium));
  if (copied) await ctx.step("stepCopyDisk", () => copyDisk(ctx, settings, medium));
  if (copied && !settings.skip_resize_disk) await ctx.step("stepResizeDisk", () => resizeDisk(ctx, settings));
}

function publishHttp(ctx: BuildContext, ip: string, port: number): void {
  ctx.publish({ PackerHTTPIP: ip, PackerHTTPPort: String(port), PackerHTTPAddr: `${ip}:${port}` });
}

/** With `-cache`: the state of an earlier build to go on from. */
async function storedState(
  ctx: BuildContext,
  settings: Settings,
  medium: string,
  accelerator: string,
): Promise<CacheHit | undefined> {
  if (!ctx.cache) return undefined;
  const { cacheBase } = await import("./cache/cache-base.ts");
  const base = await cacheBase(ctx, settings, medium, accelerator);
  return base && ctx.cache.find(base);
}

/** Boot (unless it was resumed), connect, provision, shut down. */
async function useMachine(
  ctx: BuildContext,
  settings: Settings,
  machine: RunningMachine,
  http: { readonly ip: string; readonly port: number },
  key: KeyPair | undefined,
  hit: CacheHit | undefined,
): Promise<void> {
  const { vncPort } = machine;
  const vncPassword = await ctx.step("stepConfigureQMP", () => openQmp(ctx, settings, machine.qmp));
  if (!hit) {
    await ctx.step("stepTypeBootCommand", () =>
      bootCommand(ctx, settings, { vncPort, vncPassword, http, publicKey: key?.publicKey ?? "" }),
    );
  }
  const address = await ctx.step("stepWaitGuestAddress", () => guestAddress(ctx, settings, machine.qmp));
  const communicator = await withEvidence(ctx, settings, machine, () => connect(ctx, settings, machine, address, key));
  if (hit) await wake(ctx, settings, communicator);
  await ctx.provision({
    communicator,
    facts: { ID: settings.name },
    ...(hit && { resumed: hit }),
    save: (place) => saveMachine(ctx, settings, machine, key, place),
  });
  await withEvidence(ctx, settings, machine, () =>
    ctx.step("stepShutdown", () => shutDown(ctx, settings, machine, communicator)),
  );
}

function connect(
  ctx: BuildContext,
  settings: Settings,
  machine: RunningMachine,
  guest: string | undefined,
  key: KeyPair | undefined,
): Promise<Communicator> {
  const given = settings.communicator === "winrm" ? settings.winrm_host : settings.ssh_host;
  const host = given || guest || "127.0.0.1";
  const port = machine.hostPort ?? settings.guestPort ?? 0;
  return ctx.connect({
    config: settings,
    address: async () => ({ host, port }),
    knownHost: host,
    gone: machine.gone,
    ...(key && { generatedKey: key }),
  });
}

/** Adds what the machine shows to the failure of whatever waited for it. */
async function withEvidence<T>(
  ctx: BuildContext,
  settings: Settings,
  machine: RunningMachine,
  body: () => Promise<T>,
): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    const shown = await evidence(ctx, machine, settings.name);
    throw new StepError(`${messageOf(error)}\n\n${shown}`, { code: codeOf(error) ?? "qemu/machine", cause: error });
  }
}
