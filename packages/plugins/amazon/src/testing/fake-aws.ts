import type { Transport } from "../access/transport.ts";
import { behaviour, stateOf } from "./fake-answers.ts";
import { type Answer, type Call, fakeTransport, Refusal } from "./fake-transport.ts";

export type Handler = (call: Call, aws: FakeAws) => Answer | Promise<Answer>;
type Item = Record<string, unknown>;

export const baseImage: Item = {
  ImageId: "ami-base",
  Name: "ubuntu/images/hvm-ssd/ubuntu-xenial-16.04-amd64-server-20210928",
  State: "available",
  OwnerId: "099720109477",
  ImageOwnerAlias: "amazon",
  CreationDate: "2021-09-28T00:00:00.000Z",
  RootDeviceType: "ebs",
  RootDeviceName: "/dev/sda1",
  VirtualizationType: "hvm",
  Tags: [{ Key: "Stage", Value: "prod" }],
};

/** The AWS that a build sees: enough state to go from launch to image, everything at once, and every request on record. */
export class FakeAws {
  readonly calls: Call[] = [];
  /** What the service model objects to. Tests expect it empty. */
  readonly problems: string[] = [];
  readonly transport: Transport;
  readonly images = new Map<string, Item>([["ami-base", baseImage]]);
  readonly instances = new Map<string, Item>();
  readonly groups = new Map<string, Item>();
  readonly keys = new Set<string>();
  readonly templates = new Map<string, string>();
  readonly profiles = new Set<string>();
  readonly roles = new Set<string>();
  readonly volumes = new Map<string, Item>();
  readonly snapshots = new Set<string>();
  readonly sessions = new Set<string>();
  #next = 1;

  constructor(handlers: Record<string, Handler> = {}) {
    this.transport = fakeTransport((call) => {
      this.calls.push(call);
      return (handlers[call.action] ?? ((c: Call) => this.usual(c)))(call, this);
    }, this.problems);
  }

  /** What the fake does when no test says otherwise. */
  usual(call: Call): Answer | Promise<Answer> {
    const handler = behaviour[call.action];
    if (!handler) throw new Refusal("InvalidAction", `the fake has no ${call.action}`);
    return handler(call, this);
  }
  id(prefix: string): string {
    const number = String(this.#next++);
    // Some services look at the length of an instance's id.
    return `${prefix}-${prefix === "i" ? number.padStart(17, "0") : number}`;
  }
  /** The inputs of all calls of an action. */
  inputs(action: string): readonly Readonly<Record<string, unknown>>[] {
    return this.calls.filter((call) => call.action === action).map((call) => call.input);
  }
  actions(): readonly string[] {
    return this.calls.map((call) => call.action);
  }
  /** What exists beside what was there at the start: nothing, after a good clean-up. */
  left(): readonly string[] {
    const alive = [...this.instances.values()].filter((i) => stateOf(i) !== "terminated");
    return [
      ...alive.map((i) => String(i["InstanceId"])),
      ...this.groups.keys(),
      ...this.keys,
      ...this.templates.keys(),
      ...this.profiles,
      ...this.roles,
      ...this.sessions,
      ...[...this.images.keys()].filter((id) => id !== "ami-base"),
      ...this.snapshots,
    ];
  }
}
