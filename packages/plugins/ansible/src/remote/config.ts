import { type ConfigOf, flag, list, num, ofText, text } from "@kiln/sdk";

/** Options of the ansible provisioner. Source: Packer's reference. */
export const config = {
  command: text({ doc: "Program that runs playbooks.", fallback: "ansible-playbook" }),
  playbook_file: text({ doc: "Playbook to run. Must be set." }),
  extra_arguments: list(ofText, {
    doc: "Further arguments, not passed through a shell. In the line that is printed, values whose name holds `password` or `secret` are masked.",
    lateTemplate: true,
  }),
  ansible_env_vars: list(ofText, {
    doc: "`NAME=value` entries for Ansible's environment; knows `.WinRMPassword`.",
    lateTemplate: true,
  }),
  ansible_ssh_extra_args: list(ofText, {
    doc: "Value of `--ssh-extra-args`; `-o IdentitiesOnly=yes` when not set.",
  }),
  groups: list(ofText, { doc: "Inventory groups of the machine." }),
  empty_groups: list(ofText, { doc: "Inventory groups without members." }),
  host_alias: text({ doc: "Name of the machine in the inventory.", fallback: "default" }),
  user: text({
    doc: "The `ansible_user`: by default the one who runs Kiln, and with `use_proxy = false` the communicator's.",
  }),
  local_port: num({ doc: "First of ten ports to try for the SSH server that Ansible connects to; any when not set." }),
  ssh_host_key_file: text({
    doc: "Private key of that server, for which Ansible's known_hosts are then asked; made for each run when not set.",
  }),
  ssh_authorized_key_file: text({
    doc: "Public key that may log in to that server; a key pair is made for each run when not set.",
  }),
  ansible_proxy_key_type: text({ doc: "Kind of the key pair: `ECDSA` or `RSA`.", fallback: "ECDSA" }),
  sftp_command: text({
    doc: "Program on the machine that speaks SFTP. When not set or not there, the machine's own SSH server does, or else Kiln itself.",
  }),
  skip_version_check: flag({ doc: "Do not look whether Ansible is there before the build.", fallback: false }),
  use_sftp: flag({ doc: "Let Ansible choose SFTP; otherwise it is told to use scp.", fallback: false }),
  inventory_directory: text({ doc: "Where to put the temporary inventory; the temporary directory when not set." }),
  inventory_file_template: text({
    doc: "Line of the machine in the inventory; knows `.HostAlias`, `.Host`, `.User` and `.Port`.",
    lateTemplate: true,
  }),
  inventory_file: text({ doc: "Inventory to use as it is, instead of a temporary one." }),
  keep_inventory_file: flag({ doc: "Leave the temporary inventory behind.", fallback: false }),
  galaxy_file: text({ doc: "Requirements to install with `galaxy_command` first." }),
  galaxy_command: text({ doc: "Program that installs requirements.", fallback: "ansible-galaxy" }),
  galaxy_force_install: flag({ doc: "Install requirements again that are there.", fallback: false }),
  galaxy_force_with_deps: flag({ doc: "Install them and what they need again.", fallback: false }),
  roles_path: text({ doc: "Where to install required roles." }),
  collections_path: text({ doc: "Where to install required collections." }),
  use_proxy: flag({
    doc: "`false` lets Ansible connect to the machine itself (SSH, WinRM, docker) instead of through a local SSH server.",
  }),
  ansible_winrm_use_http: flag({ doc: "With WinRM and without proxy: HTTP instead of HTTPS.", fallback: false }),
} as const;
export type Config = ConfigOf<typeof config>;
