/** Kiln's own version, and the version of Packer that it stands in for. */
export const kilnVersion = "0.1.0";
export const packerVersion = "1.16.0";
