import { describe, expect, it } from "vitest";
import { bootWait } from "../options/boot.ts";
import { FakeHost, fakePrepareContext } from "../testing/index.ts";
import { cacheDirectory } from "./cache-path.ts";
import { checkVncBoot } from "./check-boot.ts";
import { checkCd, checkFloppy } from "./check-disk-files.ts";
import { checkHttp } from "./check-http.ts";
import { checkIso } from "./check-iso.ts";
import { checkOutputDirectory } from "./check-output.ts";

const ctx = fakePrepareContext({ host: new FakeHost({ files: { "www/a": "", here: "", "output-test/x": "" } }) });
const summaries = (found: readonly { readonly summary: string }[]): readonly string[] => found.map((d) => d.summary);
const iso = { iso_target_extension: "iso" };

describe("iso options", () => {
  it.each([
    [{}, ["One of iso_url or iso_urls must be specified", "A checksum must be specified"]],
    [
      { iso_url: "a", iso_urls: ["b"], iso_checksum: "f".repeat(64) },
      ["Only one of iso_url or iso_urls must be specified"],
    ],
    [{ iso_url: "a" }, ["A checksum must be specified"]],
    [{ iso_url: "a?checksum=md5:00" }, []],
    [{ iso_url: "a", iso_checksum: "sha3:aa" }, ['unsupported checksum type: sha3 in "sha3:aa"']],
    [{ iso_urls: ["ftp://a/b", "c"], iso_checksum: "file:SUMS" }, ['Cannot download from FTP: "ftp://a/b"']],
    [
      { iso_url: "a", iso_checksum: "none" },
      ["A checksum of 'none' was specified. Since ISO files are so big,\na checksum is highly recommended."],
    ],
  ])("%j", (config, expected) => {
    expect(summaries(checkIso({ ...iso, ...config }, ctx))).toEqual(expected);
  });
});

it("checks the HTTP options", async () => {
  const good = {
    http_port_min: 8000,
    http_port_max: 9000,
    http_bind_address: "0.0.0.0",
    http_network_protocol: "tcp",
  };
  expect(await checkHttp({ ...good, http_directory: "www" }, ctx)).toEqual([]);
  const bad = {
    ...good,
    http_port_min: 9001,
    http_network_protocol: "udp",
    http_directory: "nope",
    http_content: { a: "" },
  };
  expect(summaries(await checkHttp(bad, ctx))).toEqual([
    "http_port_min must be less than http_port_max",
    'Cannot serve HTTP over "udp"',
    expect.stringMatching(/^http_content cannot be used in conjunction with http_dir\./),
    "http_directory is not there: nope",
  ]);
  expect(summaries(await checkHttp({ ...good, http_port_max: 99_999 }, ctx))).toEqual([
    "http_port_max is not a port: 99999",
  ]);
});

it("checks typing over VNC", () => {
  const config = { boot_wait: 0, disable_vnc: true, boot_command: ["x"], boot_steps: [["a", "b", "c"]] };
  expect(summaries(checkVncBoot(config, ctx))).toEqual([
    "boot_command and boot_steps cannot be used together",
    "A boot command cannot be used when vnc is disabled.",
    "a step of boot_steps is a pair of keys and description, not 3 texts",
  ]);
  expect([0, 5, -1].map((boot_wait) => bootWait({ boot_wait }))).toEqual([10_000, 5, 0]);
});

it("checks the files of disks, but not those a pattern may match later", async () => {
  expect(summaries(await checkFloppy({ floppy_files: ["here", "no", "no*"], floppy_dirs: ["none"] }, ctx))).toEqual([
    "Bad Floppy disk file 'no': no such file or directory",
    "Bad Floppy disk directory 'none': no such file or directory",
  ]);
  expect(summaries(await checkCd({ cd_files: ["no"], cd_label: "L".repeat(33) }, ctx))).toEqual([
    "Bad CD disk file 'no': no such file or directory",
    `cd_label is longer than 32 bytes: "${"L".repeat(33)}"`,
  ]);
});

it("refuses an output directory that exists, unless forced", async () => {
  const message = "Output directory 'output-test' already exists. It must not exist.";
  expect(summaries(await checkOutputDirectory({}, ctx))).toEqual([message]);
  expect(await checkOutputDirectory({}, { ...ctx, force: true })).toEqual([]);
  expect(await checkOutputDirectory({ output_directory: "new" }, ctx)).toEqual([]);
});

it("finds the cache where Packer does", () => {
  const where = (env: Readonly<Record<string, string>>, platform = "linux"): string =>
    cacheDirectory({ env, platform, cwd: "/w" });
  expect(where({ PACKER_CACHE_DIR: "c", HOME: "/h" })).toBe("/w/c");
  expect(where({ XDG_CACHE_HOME: "/x", HOME: "/h" })).toBe("/x/packer");
  expect(where({ HOME: "/h" })).toBe("/h/.cache/packer");
  expect(where({})).toBe("/w/packer_cache");
  expect(cacheDirectory({ env: {}, platform: "win32", cwd: "C:\\w" })).toBe("C:\\w\\packer_cache");
});
