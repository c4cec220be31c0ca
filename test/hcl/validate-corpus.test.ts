import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { KilnBed } from "../kiln.ts";
import { shared } from "./shared-data.ts";

const corpus = shared("corpus");
const bed = new KilnBed();
afterAll(() => bed[Symbol.dispose]());

/** A folder whose files are one template, or the files of a folder that holds several. */
const places = [
  ...new Set(
    readdirSync(corpus, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".pkr.hcl"))
      .map((name) => (name.startsWith("rgl+windows-vagrant/") ? name : join(name, ".."))),
  ),
].toSorted();

/** What is not among the collected files, or is for the user to give; all else would be a mistake of ours. */
const expected = new Set([
  "script/bad-script",
  "file/bad-source",
  "amazon/user-data",
  "hcl/function-failed",
  "media/no-file",
  "vagrant/no-template",
  "variables/unset",
  // Their defaults are empty texts, for the user to fill.
  "amazon/source-ami",
  "iso/no-url",
  "iso/no-checksum",
]);

interface Told {
  readonly severity: string;
  readonly code: string;
  readonly summary: string;
}

describe("public HCL2 templates", () => {
  it("are there", () => expect(places.length).toBeGreaterThanOrEqual(15));

  it.each(places)("validates %s but for what was not collected", async (place) => {
    const path = join(corpus, place);
    const { stdout, stderr } = await bed.run(["validate", "-output=json", path], {
      cwd: path.endsWith(".hcl") ? join(path, "..") : path,
      env: {
        AWS_ACCESS_KEY_ID: "x",
        AWS_SECRET_ACCESS_KEY: "y",
        AWS_REGION: "us-east-1",
        HCP_CLIENT_ID: "x",
        HCP_CLIENT_SECRET: "y",
      },
    });
    expect(stderr).toBe("");
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly Told[] };
    const errors = diagnostics.filter((d) => d.severity === "error");
    // Builders and provisioners of platforms that Kiln does not have yet, whose plugins are missing too.
    const foreign = errors.filter((d) => d.code === "component/unknown");
    const wrong = errors.filter((d) => !expected.has(d.code) && !foreign.includes(d) && d.code !== "plugins/missing");
    expect(wrong.map(({ code, summary }) => `${relative(corpus, path)}: ${code} ${summary}`)).toEqual([]);
    for (const { summary } of foreign)
      expect(summary).toMatch(
        /vsphere|virtualbox|hyperv|proxmox|vmware|parallels|windows-update|azure|google|utm|host-info|comment|goss/,
      );
  });
});
