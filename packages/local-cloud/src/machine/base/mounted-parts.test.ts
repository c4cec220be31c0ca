import { expect, it } from "vitest";
import { hostParts } from "./mounted-parts.ts";

it("takes the file systems that a system is made of, and no others", () => {
  const mountInfo = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 8:2 / /var rw - xfs /dev/sda2 rw
31 30 8:3 / /var/lib/my\\040data rw - btrfs /dev/sda3 rw
32 22 8:4 / /home rw - ext4 /dev/sda4 rw
33 22 8:5 / /data rw - ext4 /dev/sda5 rw
34 22 0:20 / /usr/share/net rw - nfs4 server:/x rw
35 22 0:5 / /proc rw - proc proc rw
`;
  expect(hostParts(mountInfo)).toEqual([
    { mount: "/", key: "root", type: "ext4" },
    { mount: "/var", key: "var", type: "xfs" },
    { mount: "/var/lib/my data", key: "var~lib~my data", type: "btrfs" },
  ]);
});
