import { expect, it } from "vitest";
import { KilnBed } from "../kiln.ts";

it.each([
  [[], "rehearse needs a template, or one of -serve, -images, -shell and -remove-image."],
  [["-serve", "t.json"], "rehearse does one thing at a time, not a template and -serve."],
  [["-images", "-shell=ami-1"], "rehearse does one thing at a time, not -images and -shell."],
  [["-port=99999", "t.json"], "-port=99999 is no port: 0 (any) to 65535."],
])("rehearse %j is refused", async (args, text) => {
  using bed = new KilnBed();
  const done = await bed.run(["rehearse", ...args]);
  expect(done.code).toBe(1);
  expect(done.stdout + done.stderr).toContain(`Error: ${text} See \``);
});
