import { FakeHost } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { chooseAccelerator, kvmProblem } from "./accelerator.ts";

function hostWhose(code: string | undefined): FakeHost {
  const host = new FakeHost({ files: { "/dev/kvm": "" } });
  if (code) host.files.failWith("/dev/kvm", code);
  return host;
}

it("knows whether KVM can be used by opening its device", async () => {
  expect(await kvmProblem(hostWhose(undefined))).toBeUndefined();
  expect(await kvmProblem(hostWhose("EINVAL"))).toBeUndefined();
  expect(await kvmProblem(hostWhose("EACCES"))).toBe("/dev/kvm may not be opened: add the user to the group kvm");
  expect(await kvmProblem(hostWhose("ENODEV"))).toBe("/dev/kvm is there but cannot be used (ENODEV)");
  expect(await kvmProblem(new FakeHost())).toMatch(/^there is no \/dev\/kvm/);
  expect(await kvmProblem(new FakeHost({ platform: "darwin" }))).toBe("KVM is a part of Linux");
});

it("takes what is asked for, or the best that works", async () => {
  expect(await chooseAccelerator(hostWhose("EINVAL"), undefined)).toBe("kvm");
  expect(await chooseAccelerator(hostWhose("ENODEV"), undefined)).toBe("tcg");
  expect(await chooseAccelerator(hostWhose("EINVAL"), "kvm")).toBe("kvm");
  expect(await chooseAccelerator(hostWhose("ENODEV"), "hvf")).toBe("hvf");
  await expect(chooseAccelerator(hostWhose("ENODEV"), "kvm")).rejects.toThrow(
    'The accelerator "kvm" cannot be used: /dev/kvm is there but cannot be used (ENODEV).',
  );
});
