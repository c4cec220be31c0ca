import { downloadImage } from "@kiln/sdk";
import { mediaRun } from "./media-run.ts";

/** Downloads `process.argv[2]` with the checksum `process.argv[3]`, telling its lines as they come. */
const [, , url = "", checksum = ""] = process.argv;
const ctx = mediaRun(process.cwd());
const { lines } = ctx.ui;
lines.push = (...more: string[]): number => {
  process.stdout.write(more.map((line) => `${line}\n`).join(""));
  return 0;
};
try {
  const image = await downloadImage(ctx, { description: "ISO", urls: [url], checksum, extension: "iso" });
  process.stdout.write(`${JSON.stringify(image)}\n`);
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
  process.exitCode = 1;
}
