import { expect, it } from "vitest";
import { assignable, bootstrap, program, quoted } from "./one-exec-program.ts";

it.each([
  ["/tmp/script_1.sh", "/tmp/script_1.sh"],
  ["~/x y.sh", "~/x\\ y.sh"],
  ["$HOME/x", "$HOME/x"],
  ["${HOME}/x", "${HOME}/x"],
  ["/tmp/$(id)", "/tmp/\\$\\(id\\)"],
  ["/tmp/a;b'c\"d`e\\f", "/tmp/a\\;b\\'c\\\"d\\`e\\\\f"],
  ["C:/Windows/x", "C:/Windows/x"],
])("makes %j the assignment %j", (path, word) => {
  expect(assignable(path)).toBe(word);
});

it("quotes a command whole", () => {
  expect(quoted("echo 'a' \"$b\"")).toBe(`'echo '\\''a'\\'' "$b"'`);
});

it("says nothing that an echoing terminal could repeat as a message", () => {
  const token = "kiln-0123456789abcdef";
  const text = program({
    token,
    remotePath: "/tmp/s.sh",
    scriptSize: 10,
    command: "/tmp/s.sh",
    userShell: true,
    cleanAfter: [0, 3],
    removeEnvFile: false,
  });
  expect(text).not.toContain(token);
  expect(text).toContain("case $s in 0|3) rm -f");
  expect(bootstrap(text.length)).toBe(
    `/bin/sh -c 'test -t 0 && exit 0; eval "$(dd bs=1 count=${text.length} 2>/dev/null)"'`,
  );
});
