import { type Artifact, StepError } from "@kiln/sdk";
import type { Provider } from "../provider.ts";

/** Boxes that only say where the image is. */
export const aws: Provider = pointing("aws", (artifact) => {
  const images = artifact.id.split(",").map((part) => /^([^:]+):(.+)$/.exec(part));
  const lines = images.map((match) => {
    if (!match) throw badId(artifact);
    return `    aws.region_config "${text(match[1])}", ami: "${text(match[2])}"\n`;
  });
  return configured("aws", '"aws"', lines.join(""));
});

export const digitalocean: Provider = pointing("digital_ocean", (artifact) => {
  const { region, image } = placeAndImage(artifact);
  return configured(
    "digital_ocean",
    ":digital_ocean",
    `    digital_ocean.image = "${image}"\n    digital_ocean.region = "${region}"\n`,
  );
});

export const scaleway: Provider = pointing("scaleway", (artifact) => {
  const { region, image } = placeAndImage(artifact);
  return configured("scaleway", ":scaleway", `    scaleway.image = "${image}"\n    scaleway.region = "${region}"\n`);
});

export const google: Provider = pointing("google", (artifact) =>
  configured("google", ":google", `    google.image = "${text(artifact.id)}"\n`),
);

export const docker: Provider = pointing(
  "docker",
  (artifact) =>
    `Vagrant.configure("2") do |config|\n\tconfig.vm.provider :docker do |docker, override|\n\t\tdocker.image = "${text(artifact.id)}"\n\tend\nend\n`,
);

/** A managed image by its id, or a disk by its address; both stand in the text that the builder gives. */
export const azure: Provider = pointing("azure", (artifact) => {
  const facts = new Map(
    artifact
      .describe()
      .split("\n")
      .map((line) => line.split(/:\s*(.*)/s))
      .map(([name = "", value = ""]) => [name.trim(), value.trim()]),
  );
  const image = facts.get("ManagedImageId");
  const disk = facts.get("OSDiskUri");
  const line = image
    ? `    azure.vm_managed_image_id = "${text(image)}"\n`
    : disk
      ? `    azure.vm_vhd_uri = "${text(disk)}"\n`
      : undefined;
  if (!line)
    throw new StepError(`No managed image nor VHD URI found in artifact: ${artifact.describe()}`, {
      code: "vagrant/artifact-id",
    });
  const place = facts.get("ManagedImageLocation") ?? facts.get("StorageAccountLocation");
  const windows = facts.get("OSType") === "Windows" ? windowsLines : "";
  return (
    `Vagrant.configure("2") do |config|\n  config.vm.provider :azure do |azure, override|\n` +
    `${place ? `    azure.location = "${text(place)}"\n` : ""}${line}${windows}  end\nend\n`
  );
});
const windowsLines = "    override.winrm.transport = :ssl\n    override.winrm.port = 5986\n";

function pointing(provider: string, vagrantfile: (artifact: Artifact) => string): Provider {
  return {
    keepsInput: true,
    parts: async ({ input }) => ({ metadata: { provider }, vagrantfile: vagrantfile(input), entries: [] }),
  };
}

function configured(variable: string, provider: string, lines: string): string {
  return `Vagrant.configure("2") do |config|\n  config.vm.provider ${provider} do |${variable}|\n${lines}  end\nend\n`;
}

function placeAndImage(artifact: Artifact): { readonly region: string; readonly image: string } {
  const [, region = "", image = ""] = /^([^:]+):([^:]+)$/.exec(artifact.id) ?? [];
  if (!image) throw badId(artifact);
  // The builder may name several regions; the box is for the first.
  return { region: text(region.split(",")[0]), image: text(image) };
}

function badId(artifact: Artifact): StepError {
  return new StepError(`Poorly formatted artifact ID: ${artifact.id}`, { code: "vagrant/artifact-id" });
}

/** As Ruby reads it between double quotes. */
function text(value: string | undefined): string {
  return (value ?? "").replace(/["\\#]/g, (c) => `\\${c}`);
}
