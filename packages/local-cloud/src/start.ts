import { mkdirSync, realpathSync } from "node:fs";
import { catalogueImages } from "./catalogue/catalogue.ts";
import { type CloudClock, systemClock } from "./clock.ts";
import type { Cloud, IssuedKey } from "./cloud.ts";
import { control, controlPrefix } from "./faults/control.ts";
import { type FaultPlan, Faults } from "./faults/faults.ts";
import { Captures } from "./images/captures.ts";
import { Layers } from "./images/layers.ts";
import { type LocalImage, listImages, removeImage } from "./images/shelf.ts";
import { Lifecycle } from "./instances/lifecycle.ts";
import { cloudEnvironment } from "./join.ts";
import type { Machines, RootTree } from "./machine/contract.ts";
import { defaultNetwork } from "./places/default-network.ts";
import { awsRegions } from "./places/regions.ts";
import { type PolicyDocument, PolicyRecorder } from "./policy/recorder.ts";
import { Authenticator } from "./protocol/authenticator.ts";
import { Dispatcher } from "./protocol/dispatch.ts";
import { serve } from "./protocol/http-server.ts";
import type { Credentials } from "./protocol/sigv4.ts";
import { type DirectoryLock, lockDirectory } from "./state/directory-lock.ts";
import { Store } from "./state/store.ts";
import { Tasks } from "./tasks.ts";

export interface LocalCloudOptions {
  /** Where the state lives: images, key pairs, groups, tags. Made if absent; one process at a time may use it. */
  readonly directory: string;
  /** The directory's lock where the caller holds it already, and gives it back. */
  readonly lock?: DirectoryLock;
  /** Loopback port; a free one if absent. */
  readonly port?: number;
  readonly machines: Machines;
  /** Regions to serve; all commercial regions of AWS if absent. The first one is the default. */
  readonly regions?: readonly string[];
  /** What images of the catalogue start from; this host's own system if absent. */
  readonly base?: RootTree["base"];
  /** When given, only these credentials (and what STS makes of them) are accepted, and signatures are verified. */
  readonly credentials?: readonly Credentials[];
  /** When given, an unknown `ami-…` id is a stand-in with this login user; otherwise it does not exist. */
  readonly unknownImageUser?: string;
  readonly faults?: FaultPlan;
  readonly clock?: CloudClock;
  /** Twelve digits. */
  readonly accountId?: string;
  /** Milliseconds that a terminated instance still shows; an hour if absent, as at EC2. */
  readonly terminatedShowsMs?: number;
  /** Hears of defects in the local cloud itself; they also answer as InternalError. */
  readonly onDefect?: (error: unknown) => void;
}

export interface LocalCloud extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly faults: Faults;
  /** Variables that point other clients here (AWS CLI, SDKs, Packer). */
  environment(region?: string): Readonly<Record<string, string>>;
  /** Images that were made here, newest first. */
  images(): readonly LocalImage[];
  /** Removes an image (by id or name) with its snapshots. Throws `ImageNotFoundError`. */
  removeImage(idOrName: string): Promise<LocalImage>;
  /** The least IAM policy for what has been called so far. */
  policy(): PolicyDocument;
}

/** Starts the EC2-compatible endpoint over the given machines. It is a rehearsal stage, not a security boundary. */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const directory = realpathSync(options.directory);
  const undo = new AsyncDisposableStack();
  const lock = options.lock ?? undo.use(await lockDirectory(directory));
  try {
    const clock = options.clock ?? systemClock;
    const store = Store.open(directory, clock);
    undo.defer(() => store.close());
    const { cloud, address } = assemble(directory, store, clock, options);
    const dispatcher = new Dispatcher({
      cloud,
      authenticator: new Authenticator(options.credentials, cloud.issuedKeys, clock),
      prepareRegion: regionSeeder(cloud),
      reportDefect: options.onDefect ?? (() => {}),
    });
    cloud.lifecycle.reconcile();
    void cloud.tasks.start(() => cloud.layers.sweep());
    const server = await serve(options.port ?? 0, async (request, signal) =>
      request.path.startsWith(controlPrefix) ? await control(request, cloud) : await dispatcher.answer(request, signal),
    );
    address.endpoint = `http://127.0.0.1:${server.port}`;
    lock.announce(address.endpoint);
    undo.defer(async () => {
      await server[Symbol.asyncDispose]();
      // Work under way is given up first; what machines are left then is ended, and the rows with them.
      await cloud.tasks.end();
      await cloud.lifecycle.endAll();
      await cloud.tasks.end();
    });
    return running(cloud, undo.move());
  } catch (error) {
    await undo.disposeAsync();
    throw error;
  }
}

function assemble(
  directory: string,
  store: Store,
  clock: CloudClock,
  options: LocalCloudOptions,
): { cloud: Cloud; address: { endpoint: string } } {
  const address = { endpoint: "" };
  const accountId = options.accountId ?? "123456789012";
  const issuedKeys = new Map<string, IssuedKey>();
  const cloud: Cloud = {
    accountId,
    regions: options.regions ?? standardRegions(),
    store,
    clock,
    machines: options.machines,
    layers: new Layers(directory, store),
    faults: new Faults(options.faults),
    policy: new PolicyRecorder(),
    tasks: new Tasks(options.onDefect ?? (() => {})),
    base: options.base ?? { kind: "host" },
    unknownImageUser: options.unknownImageUser,
    terminatedShowsMs: options.terminatedShowsMs ?? 3600_000,
    issuedKeys,
    deregistered: new Set(),
    lifecycle: new Lifecycle(() => cloud),
    captures: new Captures(() => cloud),
    endpoint: () => address.endpoint,
    callerArn: (accessKeyId) => issuedKeys.get(accessKeyId)?.arn ?? `arn:aws:iam::${accountId}:user/kiln`,
  };
  return { cloud, address };
}

/** us-east-1 first: it is the default region. */
function standardRegions(): string[] {
  const names = awsRegions.map((region) => region.name);
  return ["us-east-1", ...names.filter((name) => name !== "us-east-1")];
}

function regionSeeder(cloud: Cloud): (region: string) => void {
  const ready = new Set<string>();
  return (region) => {
    if (ready.has(region)) return;
    ready.add(region);
    const { vpc, subnets, group } = defaultNetwork(cloud.accountId, region);
    cloud.store.seed("vpcs", region, [vpc]);
    cloud.store.seed("subnets", region, subnets);
    cloud.store.seed("securityGroups", region, [group]);
    cloud.store.seed("images", region, catalogueImages(region, cloud.base));
  };
}

function running(cloud: Cloud, resources: AsyncDisposableStack): LocalCloud {
  return {
    endpoint: cloud.endpoint(),
    faults: cloud.faults,
    environment: (region = cloud.regions[0]) => cloudEnvironment(cloud.endpoint(), region),
    images: () => listImages(cloud.store),
    removeImage: (idOrName) => removeImage(cloud, idOrName),
    policy: () => cloud.policy.document(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
