import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { KilnBed } from "../kiln.ts";

const template = {
  builders: [
    {
      type: "amazon-ebs",
      region: "us-east-1",
      source_ami: "ami-fce3c696",
      instance_type: "t2.micro",
      ssh_username: "ubuntu",
      ami_name: "killed {{timestamp}} {{uuid}}",
    },
  ],
  provisioners: [{ type: "shell", inline: ["echo provisioning now", "sleep 60"] }],
};

async function killedRehearsal(bed: KilnBed): Promise<void> {
  const path = join(bed.folder, "t.json");
  writeFileSync(path, JSON.stringify(template));
  const run = await bed.run(["rehearse", "-color=false", path], {
    onOutput: (text, kill) => {
      if (text.includes("provisioning now\n")) kill("SIGKILL");
    },
  });
  expect(run.signal, run.stdout).toBe("SIGKILL");
}

/** Makes the newest journal that of a build on a real cloud, whose instance no local cloud knows. */
function asIfReal(bed: KilnBed): string {
  const folder = join(bed.state, "runs");
  const [path = ""] = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((name) => readFileSync(name, "utf8").includes('"command":"rehearse'))
    .slice(-1);
  const text = readFileSync(path, "utf8")
    .replaceAll(/"endpoint":"[^"]*"/g, '"partition":"aws"')
    .replaceAll(/\bi-[0-9a-f]{17}\b/g, "i-0123456789abcdef0")
    .replace('"command":"rehearse', '"command":"build');
  writeFileSync(path, text);
  return /"run":"([^"]+)"/.exec(text)?.[1] ?? "";
}

it("cleanup gives each dead rehearsal its own cloud, and asks the real one about a real build", async () => {
  using bed = new KilnBed();
  for (let i = 0; i < 3; i++) await killedRehearsal(bed);
  const real = asIfReal(bed);
  let asked = 0;
  const cloud = createServer((request, response) => {
    asked++;
    request.resume();
    response.writeHead(403, { "content-type": "text/xml" });
    response.end(
      "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>not you</Message></Error></Errors></Response>",
    );
  });
  await new Promise<void>((done) => cloud.listen(0, "127.0.0.1", done));
  const { port } = cloud.address() as AddressInfo;
  const env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: "a",
    AWS_SECRET_ACCESS_KEY: "b",
    AWS_MAX_ATTEMPTS: "1",
  };
  try {
    const cleaned = await bed.run(["cleanup"], { env });
    expect(cleaned.code).toBe(1);
    const lines = cleaned.stdout.split("\n").filter((line) => line.includes("EC2 instance"));
    expect(lines.filter((line) => line.endsWith(" removed"))).toHaveLength(2);
    const ofReal = lines.filter((line) => line.startsWith(real));
    expect(ofReal).toEqual([expect.stringMatching(/i-0123456789abcdef0 .*could not be removed: .*not you/)]);
    expect(asked).toBeGreaterThan(0);
    // What could not be removed stays known.
    const again = await bed.run(["cleanup", "-dry-run"], { env });
    expect(again.stdout).toContain("i-0123456789abcdef0");
  } finally {
    cloud.close();
  }
});
