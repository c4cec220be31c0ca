import { settledId } from "../ids.ts";
import type { RootTree } from "../machine/contract.ts";
import type { ImageRow } from "../state/rows.ts";
import { windowsVersion } from "../windows/system/windows-version.ts";
import { type CatalogueEntry, catalogueEntries, wellKnownIds } from "./entries.ts";

/** The catalogue's images in a region, all starting from the same base. */
export function catalogueImages(region: string, base: RootTree["base"]): ImageRow[] {
  const ids = new Map(Object.entries(wellKnownIds[region] ?? {}).map(([id, name]) => [name, id]));
  return catalogueEntries.map((entry) =>
    standIn(entry, ids.get(entry.name) ?? settledId("ami", region, entry.name), base),
  );
}

/** The image id behind a public parameter of Parameter Store. */
export function publicParameter(
  region: string,
  name: string,
): { readonly imageId: string; readonly published: string } | undefined {
  const entry = catalogueEntries.find((candidate) => candidate.parameters.includes(name));
  if (!entry) return undefined;
  const known = Object.entries(wellKnownIds[region] ?? {}).find(([, of]) => of === entry.name);
  return { imageId: known?.[0] ?? settledId("ami", region, entry.name), published: entry.published };
}

/** An image under an id that the catalogue does not know, for templates that name their own. */
export function standInFor(id: string, defaultUser: string, base: RootTree["base"], ownerId: string): ImageRow {
  const entry: CatalogueEntry = {
    name: `stand-in for ${id}`,
    system: id,
    ownerId,
    user: defaultUser,
    architecture: "x86_64",
    rootDeviceName: "/dev/sda1",
    published: "2020-01-01",
    parameters: [],
  };
  return standIn(entry, id, base);
}

function standIn(entry: CatalogueEntry, id: string, base: RootTree["base"]): ImageRow {
  const starts =
    entry.platform === "windows"
      ? "its instances understand a part of PowerShell and cmd and speak WinRM; they are no Windows"
      : `its instances run ${base.kind === "directory" || base.kind === "tarball" ? `the system in ${base.path}` : "this host's own system"}, not the original`;
  return {
    id,
    name: entry.name,
    description: `${entry.system} - stand-in of Kiln's local cloud: ${starts}`,
    ownerId: entry.ownerId,
    ...(entry.ownerAlias !== undefined && { ownerAlias: entry.ownerAlias }),
    createdAt: `${entry.published}T00:00:00.000Z`,
    state: "available",
    architecture: entry.architecture,
    ...(entry.platform && { platform: entry.platform }),
    rootDeviceName: entry.rootDeviceName,
    virtualizationType: "hvm",
    enaSupport: true,
    sriovNetSupport: "simple",
    blockDevices: [
      {
        deviceName: entry.rootDeviceName,
        ebs: {
          snapshotId: settledId("snap", id, entry.name),
          volumeSize: entry.platform === "windows" ? 30 : 8,
          volumeType: "gp2",
          encrypted: false,
          deleteOnTermination: true,
        },
      },
    ],
    permissions: { groups: ["all"], users: [], organizations: [], organizationalUnits: [] },
    productCodes: entry.productCode === undefined ? [] : [entry.productCode],
    deregistrationProtection: "disabled",
    tree: {
      base: entry.platform === "windows" ? { kind: "windows", version: windowsVersion(entry.name).key } : base,
      layers: [],
    },
    defaultUser: entry.user,
    standIn: true,
    tags: {},
  };
}
