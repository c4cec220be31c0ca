import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Program, TestService } from "../packages/communicators/src/winrm/client/test-service.ts";
import { FedInput } from "../packages/local-cloud/src/windows/system/streams.ts";
import { WindowsBench } from "../packages/local-cloud/src/windows/testing/bench.ts";

/**
 * Uploads over WinRM: Kiln against Debian's packer, both to the same service, whose commands run in the local cloud's stand-in for Windows.
 * Nothing here is Windows' own speed; what counts is how many requests a transfer takes. Arguments: milliseconds per answer (20), and sizes.
 */
const root = resolve(import.meta.dirname, "..");
const delay = Number(process.argv[2] ?? 20);
const sizes = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [8 * 1024, 256 * 1024, 1024 * 1024];
const work = mkdtempSync(join(tmpdir(), "kiln-bench-winrm-"));

interface Run {
  readonly seconds: number;
  readonly requests: number;
  readonly right: boolean;
  readonly said: string;
}

async function upload(binary: string, source: string, contents: ReadonlyMap<string, Buffer>): Promise<Run> {
  using windows = new WindowsBench();
  const program: Program = async (command, io) => {
    const input = new FedInput();
    const feeding = (async () => {
      for await (const bytes of io.stdin) input.feed(bytes);
      input.end();
    })();
    if (!command.includes("-EncodedCommand")) input.end();
    const { code, out, errors } = await windows.cmd(command, input);
    void feeding;
    if (out !== "") io.write("stdout", out);
    if (errors !== "") io.write("stderr", errors);
    return code;
  };
  await using service = await TestService.start({ program, delay, maxEnvelopeSizeKb: 500 });
  const template = join(work, "template.json");
  writeFileSync(
    template,
    JSON.stringify({
      builders: [
        {
          type: "null",
          communicator: "winrm",
          winrm_host: "127.0.0.1",
          winrm_port: service.port,
          winrm_username: "Administrator",
          winrm_password: "S3cret!",
        },
      ],
      provisioners: [{ type: "file", source, destination: "C:/bench/" }],
    }),
  );
  const begun = performance.now();
  const said = await new Promise<string>((done) => {
    const child = spawn(binary, ["build", "-color=false", template], {
      env: { ...process.env, CHECKPOINT_DISABLE: "1" },
    });
    let text = "";
    const take = (bytes: Buffer): void => void (text += bytes.toString());
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("close", () => done(text));
  });
  const seconds = (performance.now() - begun) / 1000;
  const right = [...contents].every(([path, bytes]) => {
    try {
      return digest(windows.system.drive.read(`C:\\bench\\${path}`)) === digest(bytes);
    } catch {
      return false;
    }
  });
  return { seconds, requests: service.requests.length, right, said };
}

function digest(bytes: Uint8Array): string {
  return createHash("sha1").update(bytes).digest("hex");
}

function show(what: string, kiln: Run, peer: Run): void {
  const cell = ({ seconds, requests, right }: Run): string =>
    `${seconds.toFixed(2)} s, ${requests} requests${right ? "" : " WRONG"}`.padEnd(34);
  process.stdout.write(
    `${what.padEnd(28)} kiln ${cell(kiln)} packer ${cell(peer)} ${(peer.seconds / kiln.seconds).toFixed(1)} times\n`,
  );
  for (const { right, said } of [kiln, peer]) if (!right) process.stdout.write(said);
}

const peer = process.env["PEER"] ?? "/usr/bin/packer";
for (const size of sizes) {
  const source = join(work, `file-${size}.bin`);
  const bytes = randomBytes(size);
  writeFileSync(source, bytes);
  const contents = new Map([[`file-${size}.bin`, bytes]]);
  show(
    `${size / 1024} KiB of noise`,
    await upload(join(root, "kiln"), source, contents),
    await upload(peer, source, contents),
  );
}
const tree = join(work, "tree");
const contents = new Map<string, Buffer>();
for (let i = 0; i < 40; i++) {
  const folder = `d${i % 4}`;
  mkdirSync(join(tree, folder), { recursive: true });
  const bytes = Buffer.from(`file ${i}\n`.repeat(400));
  writeFileSync(join(tree, folder, `f${i}.txt`), bytes);
  contents.set(`tree\\${folder}\\f${i}.txt`, bytes);
}
show("40 files of 4 KB", await upload(join(root, "kiln"), tree, contents), await upload(peer, tree, contents));
rmSync(work, { recursive: true, force: true });
