import { expect, it } from "vitest";
import { SecretSet } from "./secrets.ts";

it("masks what options keep secret, but no word that everybody knows", () => {
  const secrets = new SecretSet();
  for (const value of ["hunter2", "vagrant", "Packer", "abc"]) secrets.add(value);
  expect(secrets.mask("hunter2: /home/vagrant/packer-Packer/abc.tar")).toBe(
    "<sensitive>: /home/vagrant/packer-Packer/abc.tar",
  );
});

it("masks what a template declares sensitive, whatever it is", () => {
  const secrets = new SecretSet();
  secrets.declare("vagrant");
  expect(secrets.mask("/home/vagrant")).toBe("/home/<sensitive>");
});
