import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { JsonObject } from "./draft.ts";
import { fixedJson, fixTemplate } from "./fix-template.ts";
import { fixers } from "./fixers.ts";

/** What Packer 1.6.6 printed for these templates. */
const data = new URL("../../test-data/fix-1.6.6.json", import.meta.url);
const cases = JSON.parse(readFileSync(data, "utf8")) as readonly { name: string; input: JsonObject; output: string }[];

it.each(cases)("fixes $name as Packer does", ({ input, output }) => {
  expect(`${fixedJson(fixTemplate(input))}\n\n`).toBe(output);
});

it("keeps what is in override already, where Packer drops it", () => {
  const fixed = fixTemplate({
    "post-processors": [{ type: "vagrant", aws: { a: 1 }, override: { vmware: { z: 1 } } }],
  });
  expect(fixed["post-processors"]).toEqual([{ type: "vagrant", override: { vmware: { z: 1 }, aws: { a: 1 } } }]);
});

it.each(cases.filter(({ name }) => name !== "powershell"))("changes nothing when $name is fixed again", ({ input }) => {
  const once = fixTemplate(input);
  expect(fixTemplate(once)).toEqual(once);
});

it("runs the 34 fixers of Packer in its order", () => {
  expect(fixers.map((fixer) => fixer.name).join(", ")).toBe(
    "iso-md5, createtime, virtualbox-gaattach, pp-vagrant-override, virtualbox-rename, vmware-rename, parallels-headless, parallels-deprecations, sshkeypath, sshdisableagent, scaleway-access-key, manifest-filename, amazon-shutdown_behavior, amazon-enhanced-networking, amazon-private-ip, amazon-temp-sec-cidrs, docker-email, docker-tag-tags, powershell-escapes, vmware-compaction, hyperv-deprecations, hyperv-vmxc-typo, hyperv-cpu-and-ram, clean-image-name, spot-price-auto-product, qemu-disk-size, galaxy-command, comm-config, ssh-wait-timeout, vsphere-iso-net-disk, iso-checksum-type-and-url, qemu-host-port, azure-exclude_from_latest, proxmox-type",
  );
});

it("leaves shapes alone that it does not know", () => {
  const strange = {
    builders: [3, { x: 1 }, { type: 3 }, null],
    provisioners: "x",
    "post-processors": { type: "manifest" },
  };
  expect(fixTemplate(strange)).toEqual(strange);
});

it("does not change its input", () => {
  const input = { builders: [{ type: "virtualbox", ssh_key_path: "k" }] };
  fixTemplate(input);
  expect(input).toEqual({ builders: [{ type: "virtualbox", ssh_key_path: "k" }] });
});

it("treats odd values as Packer does", () => {
  const fixed = fixTemplate({
    builders: [
      { type: "qemu", iso_md5: "" },
      { type: "docker", login_email: 1 },
    ],
    "post-processors": [{ type: "docker-push", login_email: ["a"] }],
  });
  expect(fixed).toEqual({
    builders: [{ type: "qemu", iso_checksum: "" }, { type: "docker" }],
    "post-processors": [{ type: "docker-push" }],
  });
});
