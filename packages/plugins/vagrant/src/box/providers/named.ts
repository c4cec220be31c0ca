import type { Provider } from "../provider.ts";
import { aws, azure, digitalocean, docker, google, scaleway } from "./clouds.ts";
import { hyperv, lxc, parallels, vmware } from "./files.ts";
import { libvirt } from "./libvirt.ts";
import { virtualbox } from "./virtualbox.ts";

export const providers: Readonly<Record<string, Provider>> = {
  aws,
  azure,
  digitalocean,
  docker,
  google,
  hyperv,
  libvirt,
  lxc,
  parallels,
  scaleway,
  virtualbox,
  vmware,
};
