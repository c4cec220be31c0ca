import type { Communicator, ProvisionContext, ServeSshOptions } from "@kiln/sdk";
import { FakeCommunicator, FakeHost, type FakeHostOptions, FakeRun } from "@kiln/sdk/testing";

export interface ProvisionRunOptions extends FakeHostOptions {
  readonly communicator?: Communicator;
  readonly buildValues?: Readonly<Record<string, unknown>>;
}
/** A recorded run of a provisioner, for tests: the SSH server is a made-up address. */
export type ProvisionRun = ProvisionContext &
  Pick<FakeRun, "host" | "journal" | "masked" | "undo" | "ui"> & { readonly asked: ServeSshOptions[] };

export function provisionRun(options: ProvisionRunOptions = {}): ProvisionRun {
  const { communicator = new FakeCommunicator(), buildValues = {}, ...host } = options;
  const asked: ServeSshOptions[] = [];
  const run = new FakeRun({ host: new FakeHost(host), buildName: "web", builderType: "null", buildValues });
  return Object.assign(run, {
    asked,
    machine: { communicator, facts: {} },
    serveSsh: async (wanted: ServeSshOptions) => {
      asked.push(wanted);
      return {
        host: "127.0.0.1",
        port: 2222,
        ...(wanted.authorizedKey === undefined && { privateKey: "-----BEGIN KEY-----" }),
        [Symbol.asyncDispose]: async () => {},
      };
    },
  });
}
