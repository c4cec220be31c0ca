import { type ConfigOf, flag, list, ofText, text } from "@kiln/sdk";

/** Options of the ansible-local provisioner. Source: Packer's reference. */
export const config = {
  command: text({
    doc: "Command on the machine that runs playbooks.",
    fallback: "ANSIBLE_FORCE_COLOR=1 PYTHONUNBUFFERED=1 ansible-playbook",
  }),
  extra_arguments: list(ofText, {
    doc: "Further arguments, as the machine's shell shall read them.",
    lateTemplate: true,
  }),
  group_vars: text({ doc: "Directory of group variables to send." }),
  host_vars: text({ doc: "Directory of host variables to send." }),
  playbook_dir: text({ doc: "Directory to send as the staging directory, before all else." }),
  playbook_file: text({ doc: "Playbook to send and run." }),
  playbook_files: list(ofText, { doc: "Playbooks to run one after the other; sent unless playbook_dir holds them." }),
  playbook_paths: list(ofText, { doc: "Directories of further playbooks, sent below `playbooks`." }),
  role_paths: list(ofText, { doc: "Directories of roles, sent below `roles`." }),
  collection_paths: list(ofText, { doc: "Directories of collections, sent below `collections`." }),
  staging_directory: text({
    doc: "Directory on the machine for all of it; `/tmp/packer-provisioner-ansible-local/UUID` when not set.",
  }),
  clean_staging_directory: flag({ doc: "Remove it afterwards.", fallback: false }),
  inventory_file: text({ doc: "Inventory to send; one that names 127.0.0.1 when not set." }),
  inventory_groups: list(ofText, { doc: "Groups of 127.0.0.1 in the inventory made here." }),
  galaxy_file: text({ doc: "Requirements to send and install with `galaxy_command` first." }),
  galaxy_command: text({ doc: "Command on the machine that installs requirements.", fallback: "ansible-galaxy" }),
  galaxy_force_install: flag({ doc: "Install requirements again that are there.", fallback: false }),
  galaxy_roles_path: text({
    doc: "Where on the machine to install required roles; `galaxy_roles` in the staging directory when not set.",
  }),
  galaxy_collections_path: text({
    doc: "Where on the machine to install required collections; `galaxy_collections` in the staging directory when not set.",
  }),
} as const;
export type Config = ConfigOf<typeof config>;
