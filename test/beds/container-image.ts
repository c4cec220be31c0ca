import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { ensureDocker } from "./docker-engine.ts";

/**
 * The name of a small Debian image, made on first use: minbase and the packages given. `name` says what it is for (`base`, `ansible`);
 * it is part of the image's name, the packages choose its tag. The image is left there for the next run: it is a cache.
 */
export async function containerImage(name = "base", packages: readonly string[] = []): Promise<string> {
  await ensureDocker();
  const script = join(import.meta.dirname, "container-image.sh");
  return execFileSync(script, [name, ...packages], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
}
