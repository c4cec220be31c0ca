import { type Fixer, remove, rename, renameType } from "./fixer.ts";
import {
  amazonPrivateIp,
  azureExclude,
  cleanImageName,
  createTime,
  dockerTags,
  guestAdditionsAttach,
  isoChecksum,
  isoMd5,
  powershellEscapes,
  qemuDiskSize,
  vagrantOverride,
  virtualboxRename,
  vmwareCompaction,
  vsphereDevices,
} from "./special-fixers.ts";

const builders = "builders" as const;
const amazon = { in: builders, types: ["amazon-*"] };
const parallels = { in: builders, types: ["parallels-iso", "parallels-pvm"] };
const hyperv = { in: builders, types: ["hyperv-iso", "hyperv-vmcx"] };
const virtualbox = { in: builders, types: ["virtualbox*"] };
const qemu = { in: builders, types: ["qemu"] };

/**
 * All fixers, in the order in which they run. Names and order: core-behaviour §1.9; what each does was checked against the output of
 * Packer 1.6.6.
 */
export const fixers: readonly Fixer[] = [
  { name: "iso-md5", doc: 'Replaces "iso_md5" with "iso_checksum".', fix: isoMd5 },
  { name: "createtime", doc: 'Replaces "{{.CreateTime}}" in names with "{{timestamp}}".', fix: createTime },
  {
    name: "virtualbox-gaattach",
    doc: 'Replaces "guest_additions_attach" of VirtualBox builders with "guest_additions_mode".',
    fix: guestAdditionsAttach,
  },
  {
    name: "pp-vagrant-override",
    doc: 'Moves options per provider of the Vagrant post-processor into "override".',
    fix: vagrantOverride,
  },
  { name: "virtualbox-rename", doc: 'Renames the builder "virtualbox" to "virtualbox-iso".', fix: virtualboxRename },
  renameType("vmware-rename", 'Renames the builder "vmware" to "vmware-iso".', "vmware", "vmware-iso"),
  remove("parallels-headless", 'Removes "headless" from Parallels builders.', { ...parallels, key: "headless" }),
  {
    name: "parallels-deprecations",
    doc: 'Removes "parallels_tools_host_path" from Parallels builders, and renames "guest_os_distribution" to "guest_os_type".',
    fix: (draft) => {
      remove("", "", { ...parallels, key: "parallels_tools_host_path" }).fix(draft);
      rename("", "", { ...parallels, from: "guest_os_distribution", to: "guest_os_type", existing: "replace" }).fix(
        draft,
      );
    },
  },
  rename("sshkeypath", 'Renames "ssh_key_path" to "ssh_private_key_file".', {
    in: builders,
    from: "ssh_key_path",
    to: "ssh_private_key_file",
    only: "string",
    existing: "keep",
  }),
  rename("sshdisableagent", 'Renames "ssh_disable_agent" to "ssh_disable_agent_forwarding".', {
    in: builders,
    from: "ssh_disable_agent",
    to: "ssh_disable_agent_forwarding",
    only: "boolean",
    existing: "keep",
  }),
  rename("scaleway-access-key", 'Renames "access_key" of Scaleway builders to "organization_id".', {
    in: builders,
    types: ["scaleway"],
    from: "access_key",
    to: "organization_id",
    only: "string",
    existing: "keep",
  }),
  rename("manifest-filename", 'Renames "filename" of the manifest post-processor to "output".', {
    in: "postProcessors",
    types: ["manifest"],
    from: "filename",
    to: "output",
    only: "string",
    existing: "replace",
  }),
  rename("amazon-shutdown_behavior", 'Renames "shutdown_behaviour" of Amazon builders to "shutdown_behavior".', {
    ...amazon,
    from: "shutdown_behaviour",
    to: "shutdown_behavior",
    existing: "replace",
  }),
  rename("amazon-enhanced-networking", 'Renames "enhanced_networking" of Amazon builders to "ena_support".', {
    ...amazon,
    from: "enhanced_networking",
    to: "ena_support",
    only: "boolean",
    existing: "replace",
  }),
  {
    name: "amazon-private-ip",
    doc: 'Replaces "ssh_private_ip" of Amazon builders with "ssh_interface".',
    fix: amazonPrivateIp,
  },
  rename(
    "amazon-temp-sec-cidrs",
    'Makes "temporary_security_group_source_cidr" of Amazon builders the list "temporary_security_group_source_cidrs".',
    {
      ...amazon,
      from: "temporary_security_group_source_cidr",
      to: "temporary_security_group_source_cidrs",
      only: "string",
      existing: "replace",
      convert: (value) => [value],
    },
  ),
  remove(
    "docker-email",
    'Removes "login_email" from Docker builders and post-processors.',
    { in: builders, key: "login_email" },
    { in: "postProcessors", key: "login_email" },
  ),
  { name: "docker-tag-tags", doc: 'Renames "tag" of the docker-tag post-processor to "tags".', fix: dockerTags },
  {
    name: "powershell-escapes",
    doc: "Removes PowerShell escapes from environment variables and from the elevated user and password.",
    fix: powershellEscapes,
  },
  {
    name: "vmware-compaction",
    doc: 'Adds "skip_compaction" to VMware builders on ESXi whose disks cannot be compacted.',
    fix: vmwareCompaction,
  },
  remove("hyperv-deprecations", 'Removes "vhd_temp_path" from the builder "hyperv-iso".', {
    in: builders,
    types: ["hyperv-iso"],
    key: "vhd_temp_path",
  }),
  rename("hyperv-vmxc-typo", 'Renames "clone_from_vmxc_path" of the builder "hyperv-vmcx" to "clone_from_vmcx_path".', {
    in: builders,
    types: ["hyperv-vmcx"],
    from: "clone_from_vmxc_path",
    to: "clone_from_vmcx_path",
    existing: "replace",
  }),
  rename(
    "hyperv-cpu-and-ram",
    'Renames "cpu" and "ram_size" of Hyper-V builders to "cpus" and "memory".',
    { ...hyperv, from: "cpu", to: "cpus", existing: "replace" },
    { ...hyperv, from: "ram_size", to: "memory", existing: "replace" },
  ),
  {
    name: "clean-image-name",
    doc: 'Replaces "clean_image_name" and "clean_ami_name" with "clean_resource_name".',
    fix: cleanImageName,
  },
  remove("spot-price-auto-product", 'Removes "spot_price_auto_product" from Amazon builders.', {
    in: builders,
    types: ["amazon-ebs", "amazon-ebssurrogate", "amazon-ebsvolume", "amazon-instance"],
    key: "spot_price_auto_product",
  }),
  { name: "qemu-disk-size", doc: 'Makes "disk_size" of QEMU builders a text with its unit.', fix: qemuDiskSize },
  rename("galaxy-command", 'Renames "galaxycommand" of the ansible-local provisioner to "galaxy_command".', {
    in: "provisioners",
    types: ["ansible-local"],
    from: "galaxycommand",
    to: "galaxy_command",
    only: "string",
    existing: "keep",
  }),
  rename(
    "comm-config",
    'Removes the "ssh_" from "ssh_host_port_min", "ssh_host_port_max" and "ssh_skip_nat_mapping" of VirtualBox builders.',
    { ...virtualbox, from: "ssh_host_port_min", to: "host_port_min", existing: "keep" },
    { ...virtualbox, from: "ssh_host_port_max", to: "host_port_max", existing: "keep" },
    { ...virtualbox, from: "ssh_skip_nat_mapping", to: "skip_nat_mapping", existing: "keep" },
  ),
  rename("ssh-wait-timeout", 'Renames "ssh_wait_timeout" to "ssh_timeout".', {
    in: builders,
    from: "ssh_wait_timeout",
    to: "ssh_timeout",
    only: "string",
    existing: "keep",
  }),
  {
    name: "vsphere-iso-net-disk",
    doc: 'Moves network and disk options of the builder "vsphere-iso" into "network_adapters" and "storage".',
    fix: vsphereDevices,
  },
  {
    name: "iso-checksum-type-and-url",
    doc: 'Puts "iso_checksum_type" and "iso_checksum_url" into "iso_checksum".',
    fix: isoChecksum,
  },
  rename(
    "qemu-host-port",
    'Renames "ssh_host_port_min" and "ssh_host_port_max" of QEMU builders to "host_port_min" and "host_port_max".',
    { ...qemu, from: "ssh_host_port_min", to: "host_port_min", existing: "replace" },
    { ...qemu, from: "ssh_host_port_max", to: "host_port_max", existing: "replace" },
  ),
  {
    name: "azure-exclude_from_latest",
    doc: 'Renames "exlude_from_latest" of the builder "azure-chroot" to "exclude_from_latest".',
    fix: azureExclude,
  },
  renameType("proxmox-type", 'Renames the builder "proxmox" to "proxmox-iso".', "proxmox", "proxmox-iso"),
];
