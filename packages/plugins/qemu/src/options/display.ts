import { flag, num, text } from "@kiln/sdk";

/** The machine's screen. */
export const displayOptions = {
  headless: flag({ doc: "Open no window.", fallback: false }),
  display: text({ doc: "QEMU's `-display`; `gtk` when not set and not headless." }),
  use_default_display: flag({ doc: "Leave the choice of display to QEMU.", fallback: false }),
  vga: text({ doc: "QEMU's graphics card (`-vga`)." }),
  vnc_bind_address: text({ doc: "Address of the VNC server.", fallback: "127.0.0.1" }),
  vnc_use_password: flag({ doc: "Protect the VNC server with a password, random when not set.", fallback: false }),
  vnc_password: text({ doc: "Password of the VNC server; eight characters count.", sensitive: true }),
  vnc_port_min: num({ doc: "Lowest port of the VNC server.", fallback: 5900 }),
  vnc_port_max: num({ doc: "Highest port of the VNC server.", fallback: 6000 }),
} as const;
