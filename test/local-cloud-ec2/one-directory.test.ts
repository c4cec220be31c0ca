import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Finished, KilnBed } from "../kiln.ts";

/** The path of a template that makes an image of that name. */
function template(bed: KilnBed, name: string, seconds = 0): string {
  const path = join(bed.folder, `${name}.json`);
  const builder = { type: "amazon-ebs", region: "us-east-1", source_ami: "ami-fce3c696", instance_type: "t2.micro" };
  const builders = [{ ...builder, ssh_username: "ubuntu", ami_name: name }];
  const inline = [`echo ${name} | sudo tee /opt/name`, `sleep ${seconds}`];
  writeFileSync(path, JSON.stringify({ builders, provisioners: [{ type: "shell", inline }] }));
  return path;
}

/** Runs `rehearse`, and tells as soon as a text has been printed. */
function watched(bed: KilnBed, args: readonly string[], text: string) {
  const said = Promise.withResolvers<(signal: NodeJS.Signals) => void>();
  const onOutput = (soFar: string, kill: (signal: NodeJS.Signals) => void): void => {
    if (soFar.includes(text)) said.resolve(kill);
  };
  const finished = bed.run(["rehearse", "-color=false", ...args], { onOutput });
  void finished.then(({ stdout, stderr }) => said.reject(new Error(`never said "${text}": ${stdout}${stderr}`)));
  return { said: said.promise, finished };
}

const all = ({ stdout, stderr }: Finished): string => stdout + stderr;

describe("rehearsals in one state directory", () => {
  it("take turns when they are started at once", async () => {
    using bed = new KilnBed();
    const names = ["one", "two", "three"];
    const ran = await Promise.all(names.map((name) => bed.run(["rehearse", "-color=false", template(bed, name)])));
    for (const done of ran) expect(done.code, all(done)).toBe(0);
    const waited = ran.filter(({ stdout }) => /Another rehearsal \(process \d+\) uses .*waiting/.test(stdout));
    expect(waited).toHaveLength(2);
    const { stdout } = await bed.run(["rehearse", "-images"]);
    for (const name of names) expect(stdout).toMatch(new RegExp(`^ami-.*  ${name}$`, "m"));
  });

  it("end their waiting at Ctrl-C, and leave the other alone", async () => {
    using bed = new KilnBed();
    const first = watched(bed, [template(bed, "first", 4)], "Connected to SSH!");
    await first.said;
    const second = watched(bed, [template(bed, "second")], "waiting for it to end");
    (await second.said)("SIGINT");
    const ended = await second.finished;
    expect([ended.code, ended.signal], all(ended)).toEqual([1, null]);
    expect(all(ended)).toContain("interrupted");
    const done = await first.finished;
    expect(done.code, all(done)).toBe(0);
  });

  it("work on the endpoint that -serve keeps up, as do lists, shells and removals", async () => {
    using bed = new KilnBed();
    const server = watched(bed, ["-serve"], "Ctrl-C ends it");
    const stop = await server.said;
    const built = await Promise.all(
      ["left", "right"].map((name) => bed.run(["rehearse", "-color=false", "-policy", template(bed, name)])),
    );
    for (const done of built) {
      expect(done.code, all(done)).toBe(0);
      expect(done.stdout).toMatch(
        /^Process \d+ serves the local cloud at http:\/\/127\.0\.0\.1:\d+: using that one\./m,
      );
      expect(done.stdout).toContain('"ec2:CreateImage"');
    }
    const list = async (): Promise<string> => (await bed.run(["rehearse", "-images"])).stdout;
    expect(await list()).toMatch(/ left$/m);
    const shell = await bed.run(["rehearse", "-shell", "right"], { input: "cat /opt/name\n" });
    expect(shell.stdout, all(shell)).toContain("right");
    const removed = await bed.run(["rehearse", "-remove-image", "left"]);
    expect([removed.code, removed.stdout]).toEqual([0, expect.stringMatching(/^Removed ami-\w+ \(left\) and 1 snap/)]);
    expect(await list()).not.toMatch(/ left$/m);
    for (const args of [["-serve"], ["-base=/", template(bed, "other")]]) {
      const refused = await bed.run(["rehearse", "-color=false", ...args]);
      expect(refused.code).toBe(1);
      expect(all(refused)).toMatch(
        /is in use by process \d+, serving http:\S+; stop that one, or set KILN_STATE_DIR=DIR to use another directory/,
      );
    }
    stop("SIGINT");
    expect((await server.finished).code).toBe(0);
    expect(await list()).toMatch(/ right$/m);
  });
});
