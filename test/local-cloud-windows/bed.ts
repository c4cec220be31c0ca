import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Machine, MachineSpec, Machines } from "../../packages/local-cloud/src/machine/contract.ts";
import { createMachines } from "../../packages/local-cloud/src/machine/create-machines.ts";

export const password = "SuperS3cr3t!!!!";

/** Opens WinRM as most users do: Basic and unencrypted over HTTP, and HTTPS with a certificate of its own. */
export const openEverything = `<powershell>
net user Administrator ${password}
winrm set winrm/config/service '@{AllowUnencrypted="true"}'
winrm set winrm/config/service/auth '@{Basic="true"}'
$cert = New-SelfSignedCertificate -DnsName $env:COMPUTERNAME -CertStoreLocation Cert:\\LocalMachine\\My
winrm create winrm/config/listener?Address=*+Transport=HTTPS "@{Hostname=\`"$env:COMPUTERNAME\`";CertificateThumbprint=\`"$($cert.Thumbprint)\`"}"
netsh advfirewall firewall add rule name="WinRM HTTPS" dir=in action=allow protocol=TCP localport=5986
netsh advfirewall firewall set rule name="Windows Remote Management (HTTP-In)" new action=allow localip=any remoteip=any
</powershell>`;
/** Leaves all as it comes, but for the firewall and the password: NTLM with sealed messages is what is left. */
export const openSealed = `<powershell>
net user Administrator ${password}
netsh advfirewall firewall set rule name="Windows Remote Management (HTTP-In)" new action=allow localip=any remoteip=any
</powershell>`;

/** Real stand-ins. Needs root. */
export class WindowsBed implements AsyncDisposable {
  readonly machines: Machines;
  readonly folder: string;
  readonly privateKey: string;
  /** What user data asked for in vain, with its machine. */
  readonly complaints: readonly string[];
  private readonly publicKey: string;
  private count = 0;

  private constructor(machines: Machines, folder: string, complaints: readonly string[]) {
    this.machines = machines;
    this.folder = folder;
    this.complaints = complaints;
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    this.privateKey = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const { n = "", e = "" } = pair.publicKey.export({ format: "jwk" });
    const field = (bytes: Buffer): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, bytes]);
    };
    const blob = [
      Buffer.from("ssh-rsa"),
      Buffer.from(e, "base64url"),
      Buffer.concat([Buffer.from([0]), Buffer.from(n, "base64url")]),
    ];
    this.publicKey = `ssh-rsa ${Buffer.concat(blob.map(field)).toString("base64")}`;
  }
  static async open(): Promise<WindowsBed> {
    const folder = await mkdtemp("/var/tmp/windows-test-");
    const complaints: string[] = [];
    const onComplaint = (machine: string, text: string): void => void complaints.push(`${machine}: ${text}`);
    const machines = await createMachines(
      { stateDirectory: join(folder, "state"), environment: process.env, onComplaint },
      AbortSignal.timeout(30_000),
    );
    return new WindowsBed(machines, folder, complaints);
  }
  spec(userData: string | undefined, more: Partial<MachineSpec> = {}): MachineSpec {
    return {
      id: `i-windows${this.count++}`,
      root: { base: { kind: "windows", version: "2012-R2" }, layers: [] },
      hostName: "windows",
      defaultUser: "Administrator",
      authorizedKeys: [this.publicKey],
      ...(userData !== undefined && { userData: Buffer.from(userData) }),
      metadata: (path) => (path === "/latest/meta-data/instance-type" ? "t2.micro" : undefined),
      metadataOptions: { enabled: true, tokensRequired: false, hopLimit: 1 },
      ...more,
    };
  }
  async launch(userData: string | undefined, more: Partial<MachineSpec> = {}): Promise<Machine> {
    return this.machines.launch(this.spec(userData, more), AbortSignal.timeout(30_000));
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.machines[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Whether a port accepts connections. */
export function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 2_000 });
    const done = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
    socket.once("timeout", () => done(false));
  });
}

export async function until(what: string, test: () => Promise<boolean> | boolean): Promise<void> {
  for (let look = 0; look < 200; look++) {
    if (await test()) return;
    await sleep(50);
  }
  throw new Error(`waited in vain until ${what}`);
}

/** Python with pywinrm, installed from PyPI on first use. */
export function pythonWithWinrm(): string {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "kiln-test", "pywinrm-0.5");
  const program = join(folder, "bin", "python3");
  if (existsSync(join(folder, "installed"))) return program;
  mkdirSync(folder, { recursive: true });
  execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
  execFileSync(join(folder, "bin", "pip"), ["install", "--quiet", "pywinrm==0.5.0"], { stdio: "inherit" });
  execFileSync("touch", [join(folder, "installed")]);
  return program;
}
