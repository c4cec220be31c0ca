import { expect, it } from "vitest";
import { parseScp } from "./scp-command.ts";

const base = { direction: "to", recursive: false, preserve: false, directory: false };

it.each([
  ["scp -t /tmp/a", { ...base, paths: ["/tmp/a"] }],
  ["scp -v -r -p -d -t '/tmp/a b'", { ...base, recursive: true, preserve: true, directory: true, paths: ["/tmp/a b"] }],
  [`/usr/bin/scp -f -- "/x y" z\\ w`, { ...base, direction: "from", paths: ["/x y", "z w"] }],
  [`scp -t 'it'"'"'s'`, { ...base, paths: ["it's"] }],
])("takes %s for itself", (command, parsed) => {
  expect(parseScp(command)).toEqual(parsed);
});

it.each([
  "scp -f /tmp/*",
  "sudo scp -t x",
  "scp -t $HOME/x",
  "scp -t a; rm b",
  "scp a b",
  "scp -t",
  "scp -z -t x",
  "scpx -t x",
  'echo "',
])("leaves %s to the machine", (command) => {
  expect(parseScp(command)).toBeUndefined();
});
