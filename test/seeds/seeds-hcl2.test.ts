import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KilnBed, root } from "../kiln.ts";

const credentials = { AWS_ACCESS_KEY_ID: "MYACCESSKEYID", AWS_SECRET_ACCESS_KEY: "MYSECRETACCESSKEY" };

/** The seeds' templates, what a fresh machine of their image must have, and what shows it. */
const seeds = [
  { example: "getting-started", template: "example.json", command: "id -un", shows: "ubuntu" },
  { example: "redis", template: "example.json", command: "command -v redis-server", shows: "/usr/bin/redis-server" },
  { example: "firstrun", template: "firstrun.json", command: "cat welcome.txt", shows: "WELCOME TO PACKER!" },
  { example: "how-packer-works", template: "example.json", command: "/usr/sbin/nginx -v 2>&1", shows: "nginx version" },
  {
    example: "immutable-server",
    template: "my_test_build.json",
    command: "/usr/sbin/nginx -v 2>&1",
    shows: "nginx version",
  },
] as const;

describe("the seeds, upgraded to HCL2 by our own hand", () => {
  it.each(seeds)("$example makes the same image", async ({ example, template, command, shows }) => {
    using bed = new KilnBed();
    const cwd = join(bed.folder, example);
    cpSync(join(root, "examples", example), cwd, { recursive: true });
    const upgraded = await bed.run(["hcl2_upgrade", template], { cwd });
    expect(upgraded.code, upgraded.stdout).toBe(0);
    const file = `${template}.pkr.hcl`;
    expect(await bed.run(["fmt", "-check", file], { cwd })).toMatchObject({ code: 0 });
    expect((await bed.run(["validate", file], { cwd, env: credentials })).code).toBe(0);
    // The half minute of the document is for a machine that boots; the JSON seeds wait it out.
    const path = join(cwd, file);
    writeFileSync(path, readFileSync(path, "utf8").replace("sleep 30", "sleep 1"));
    const built = await bed.run(["rehearse", "-color=false", file], { cwd, env: credentials });
    expect(built.code, built.stdout).toBe(0);
    const image = /^[a-z]{2}-[a-z]+-\d: (ami-[0-9a-f]+)$/m.exec(built.stdout)?.[1] ?? "";
    const inside = await bed.run(["rehearse", "-shell", image], { input: `${command}\nexit\n` });
    expect(inside.stdout).toContain(shows);
  });
});
