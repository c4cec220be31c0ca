/** What `provider_override` may say, and `override` may speak of. */
export const providerNames: readonly string[] = [
  "aws",
  "azure",
  "digitalocean",
  "docker",
  "google",
  "hyperv",
  "libvirt",
  "lxc",
  "parallels",
  "scaleway",
  "virtualbox",
  "vmware",
];
/** The provider of each kind of artifact. */
const byBuilder: Readonly<Record<string, string>> = {
  "mitchellh.amazonebs": "aws",
  "mitchellh.amazon.instance": "aws",
  "Azure.ResourceManagement.VMImage": "azure",
  "pearkes.digitalocean": "digitalocean",
  "packer.post-processor.docker-import": "docker",
  "packer.post-processor.docker-push": "docker",
  "packer.post-processor.docker-tag": "docker",
  "packer.googlecompute": "google",
  "MSOpenTech.hyperv": "hyperv",
  "transcend.qemu": "libvirt",
  "ustream.lxc": "lxc",
  "packer.parallels": "parallels",
  "hashicorp.scaleway": "scaleway",
  "mitchellh.virtualbox": "virtualbox",
  "mitchellh.vmware": "vmware",
  "mitchellh.vmware-esx": "vmware",
  "vmware.desktop": "vmware",
};

/** The provider that an artifact of this builder makes a box for. */
export function providerOf(builderId: string): string | undefined {
  return byBuilder[builderId];
}
