import { flag, list, num, ofText, text } from "@kiln/sdk";

/** The machine itself and the program that runs it. */
export const machineOptions = {
  accelerator: text({
    doc: "How QEMU runs the guest: `kvm` where it can be used and `tcg` (plain emulation) elsewhere when not set.",
    choices: ["kvm", "tcg", "xen", "hax", "hvf", "whpx", "none"],
  }),
  machine_type: text({ doc: "QEMU's machine type.", fallback: "pc" }),
  cpus: num({ doc: "Number of CPUs; 1, or what sockets, cores and threads make, when not set." }),
  sockets: num({ doc: "CPU sockets." }),
  cores: num({ doc: "Cores of each socket." }),
  threads: num({ doc: "Threads of each core." }),
  cpu_model: text({ doc: "QEMU's CPU model, such as `host`." }),
  memory: num({ doc: "Memory in megabytes.", fallback: 512 }),
  vm_name: text({ doc: "Name of the machine and file name of its disk; `packer-` and the build's name when not set." }),
  qemu_binary: text({ doc: "QEMU's program.", fallback: "qemu-system-x86_64" }),
  qemuargs: list(list(ofText, { doc: "" }), {
    doc: "Arguments of QEMU as lists of a switch and its values. A switch given here replaces all of Kiln's own values of it.",
    lateTemplate: true,
  }),
  qmp_enable: flag({ doc: "Offer QEMU's control protocol on a socket.", fallback: false }),
  qmp_socket_path: text({ doc: "Where that socket is; `VM_NAME.monitor` in the output directory when not set." }),
  run_once: flag({ doc: "Accepted for old templates, without effect.", fallback: false, hidden: true }),
} as const;
