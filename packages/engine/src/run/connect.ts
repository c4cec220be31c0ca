import {
  type Communicator,
  type ConnectAccess,
  type Connector,
  type ConnectTarget,
  goDuration,
  StepError,
} from "@kiln/sdk";
import type { Engine } from "../engine.ts";

const spoken: Readonly<Record<string, string>> = { ssh: "SSH", winrm: "WinRM" };

/** The way to connect that a configuration asks for. */
export async function connectorFor(engine: Engine, communicator: string): Promise<Connector> {
  const load = engine.connectors[communicator];
  if (!load) throw new StepError(`Communicator type ${communicator} is invalid`, { code: "communicator/unknown" });
  return load();
}

/** Connects and says so, twice where `pause_before_connecting` asks for it. */
export async function connectTo(engine: Engine, target: ConnectTarget, access: ConnectAccess): Promise<Communicator> {
  const { communicator, pause_before_connecting: pauseMs } = target.config;
  const connector = await connectorFor(engine, communicator);
  const name = spoken[communicator];
  const once = async (): Promise<Communicator> => {
    if (name && target.knownHost) access.ui.say(`Using ${name} communicator to connect: ${target.knownHost}`);
    if (name) access.ui.say(`Waiting for ${name} to become available...`);
    const comm = await connector.connect(target, access);
    if (name) access.ui.say(`Connected to ${name}!`);
    return comm;
  };
  const first = await once();
  if (!pauseMs || communicator === "none") return first;
  await first[Symbol.asyncDispose]();
  access.ui.say(`Pausing ${goDuration(pauseMs)} before connecting...`);
  await access.host.clock.sleep(pauseMs, access.signal);
  return once();
}
