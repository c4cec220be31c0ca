import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const templates = {
  "null.json": {
    variables: { name: "x" },
    builders: [{ type: "null", communicator: "none" }],
    provisioners: [{ type: "shell-local", inline: ["echo {{user `name`}}"] }],
    "post-processors": [{ type: "manifest" }],
  },
  "ebs.json": {
    builders: [
      {
        type: "amazon-ebs",
        region: "us-east-1",
        instance_type: "t3.micro",
        ssh_username: "u",
        ami_name: "a {{timestamp}}",
        source_ami_filter: { filters: { name: "*" }, owners: ["self"], most_recent: true },
        tags: { a: "b" },
        launch_block_device_mappings: [{ device_name: "/dev/sda1", volume_size: 8 }],
      },
    ],
    provisioners: [{ type: "shell", inline: ["true"] }],
  },
  "null.pkr.hcl": `variable "name" {
  type    = string
  default = "x"
}
locals { list = [for n in ["a", "b"] : upper(n)] }
source "null" "one" { communicator = "none" }
build {
  sources = ["source.null.one"]
  provisioner "shell-local" { inline = ["echo \${var.name} \${local.list[0]}"] }
}
`,
} as const;
const commands: readonly (readonly string[])[] = [
  ["version"],
  ["validate", "null.json"],
  ["build", "null.json"],
  ["validate", "ebs.json"],
  ["validate", "null.pkr.hcl"],
  ["fmt", "-check", "null.pkr.hcl"],
  ["inspect", "null.pkr.hcl"],
];

/**
 * Runs what people run most, each time adding the functions that it compiled to what is kept beside the parts. A cache made by another
 * Node is ignored where it is read, so this only ever saves time.
 */
export async function writeCodeCaches(lib: string, parts: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-code-"));
  try {
    for (const [name, content] of Object.entries(templates))
      await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    const env = {
      PATH: process.env["PATH"],
      HOME: folder,
      KILN_STATE_DIR: join(folder, "state"),
      KILN_WRITE_CODE_CACHE: parts.join(","),
      AWS_EC2_METADATA_DISABLED: "true",
    };
    for (const command of commands) {
      await new Promise<void>((done) => {
        execFile(process.execPath, [join(lib, "start.cjs"), ...command], { cwd: folder, env, timeout: 30_000 }, () =>
          done(),
        );
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
