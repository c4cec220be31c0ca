import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { KilnBed } from "../kiln.ts";

it("puts itself into start-up files of shells, files left to the shell, and takes itself out again", async () => {
  using bed = new KilnBed();
  const [bash, zsh] = [join(bed.folder, ".bashrc"), join(bed.folder, ".zshrc")];
  writeFileSync(zsh, "setopt autocd\n");
  const env = { HOME: bed.folder, XDG_CONFIG_HOME: join(bed.folder, "config") };
  expect(await bed.run(["-autocomplete-install"], { env })).toMatchObject({ code: 0 });
  expect(readFileSync(bash, "utf8")).toBe("complete -o default -C kiln kiln\n");
  expect(readFileSync(zsh, "utf8")).toMatch(
    /^setopt autocd\nautoload .*\ncomplete -o nospace -o default -C kiln kiln\n$/,
  );
  expect(await bed.run(["-autocomplete-uninstall"], { env })).toMatchObject({ code: 0 });
  expect([readFileSync(bash, "utf8"), readFileSync(zsh, "utf8").includes("kiln")]).toEqual(["", false]);
});
