import type { WindowsSystem } from "../system/windows-system.ts";
import { WinrmServer } from "../winrm/server.ts";
import type { ShellService } from "../winrm/service.ts";

/** Opens and closes WinRM's ports as service, listeners and firewall say. */
export class Listeners {
  readonly #system: WindowsSystem;
  readonly #service: ShellService;
  readonly #host: string;
  readonly #open = new Map<string, WinrmServer>();
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(system: WindowsSystem, service: ShellService, host: string) {
    this.#system = system;
    this.#service = service;
    this.#host = host;
  }

  /** Opens what is due now, and follows every change from here on. */
  async follow(): Promise<void> {
    const again = (): void => void this.#soon();
    this.#system.winrm.onChange(again);
    this.#system.firewall.onChange(again);
    this.#system.services.onChange((service) => {
      if (service.name.toLowerCase() !== "winrm" && service.name.toLowerCase() !== "mpssvc") return;
      // Whoever stops the service ends its shells.
      if (service.name.toLowerCase() === "winrm" && service.status === "Stopped") this.#service.close();
      again();
    });
    await this.#soon();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#soon();
  }

  /** One change after the other. */
  #soon(): Promise<void> {
    this.#work = this.#work
      .then(() => this.#update())
      .catch((error: unknown) => this.#system.say(`WinRM: ${error instanceof Error ? error.message : String(error)}`));
    return this.#work;
  }

  async #update(): Promise<void> {
    const { services, winrm, firewall } = this.#system;
    const runs = !this.#isClosed && services.find("WinRM")?.status === "Running";
    const due = runs ? winrm.listeners.filter(({ port }) => firewall.letsIn(port)) : [];
    for (const [id, server] of [...this.#open]) {
      if (due.some((one) => idOf(one) === id)) continue;
      this.#open.delete(id);
      await server[Symbol.asyncDispose]();
    }
    for (const listener of due) {
      if (this.#open.has(idOf(listener))) continue;
      const certificate =
        listener.transport === "HTTPS" ? this.#system.certificates.find(listener.thumbprint) : undefined;
      if (listener.transport === "HTTPS" && !certificate) {
        this.#system.say(`WinRM: the certificate ${listener.thumbprint} of the HTTPS listener is not there`);
        continue;
      }
      const where = { host: this.#host, port: listener.port, ...(certificate && { certificate }) };
      this.#open.set(idOf(listener), await WinrmServer.listen(this.#system, this.#service, where));
    }
  }
}

function idOf({
  transport,
  port,
  thumbprint,
}: {
  readonly transport: string;
  readonly port: number;
  readonly thumbprint: string;
}): string {
  return `${transport} ${port} ${thumbprint}`;
}
