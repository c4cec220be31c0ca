/** An option that `fix` knows how to replace. */
export interface OldKey {
  /** Its name today, where it was merely renamed. */
  readonly use?: string;
  /** Refused with Packer's own words, whatever the component. */
  readonly everywhere: boolean;
}

const renamed = (use: string): OldKey => ({ use, everywhere: false });

/** From the fixers of core-behaviour §1.9; those marked `everywhere` were seen in Packer's own refusals. */
const oldKeys: Readonly<Record<string, OldKey>> = {
  iso_md5: { everywhere: true },
  iso_checksum_type: { everywhere: true },
  iso_checksum_url: { everywhere: true },
  ssh_disable_agent: { use: "ssh_disable_agent_forwarding", everywhere: true },
  ssh_host_port_max: { use: "host_port_max", everywhere: true },
  ssh_host_port_min: { use: "host_port_min", everywhere: true },
  ssh_key_path: { use: "ssh_private_key_file", everywhere: true },
  ssh_skip_nat_mapping: { use: "skip_nat_mapping", everywhere: true },
  clone_from_vmxc_path: renamed("clone_from_vmcx_path"),
  cpu: renamed("cpus"),
  enhanced_networking: renamed("ena_support"),
  exlude_from_latest: renamed("exclude_from_latest"),
  filename: renamed("output"),
  galaxycommand: renamed("galaxy_command"),
  guest_os_distribution: renamed("guest_os_type"),
  ram_size: renamed("memory"),
  shutdown_behaviour: renamed("shutdown_behavior"),
  tag: renamed("tags"),
  temporary_security_group_source_cidr: renamed("temporary_security_group_source_cidrs"),
};

/** What became of an option of old. */
export function oldKey(name: string): OldKey | undefined {
  return Object.hasOwn(oldKeys, name) ? oldKeys[name] : undefined;
}

/** Packer's refusal of an old option. */
export function deprecatedKeyText(name: string): string {
  return `Deprecated configuration key: '${name}'. Please call \`packer fix\` against your template to update your template to be compatible with the current version of Packer. Visit https://www.packer.io/docs/commands/fix/ for more detail.`;
}
