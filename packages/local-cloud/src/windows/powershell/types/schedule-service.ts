import type { WindowsProcess } from "../../system/process.ts";
import { Refusal } from "../../system/refusal.ts";
import { count, text } from "../values/convert.ts";
import { methodFailure } from "../values/errors.ts";
import { NetObject, type Value } from "../values/value.ts";

const comException = "System.Runtime.InteropServices.COMException";

/** The COM class Schedule.Service: as much of it as scripts need to run a command as another user. */
export class ScheduleService extends NetObject {
  readonly typeName = "System.__ComObject#{2faba4c7-4da9-4013-9697-20cc3fd40f85}";
  readonly #process: WindowsProcess;
  #isConnected = false;
  constructor(process: WindowsProcess) {
    super();
    this.#process = process;
  }
  override get(name: string): Value | undefined {
    return name.toLowerCase() === "connected" ? this.#isConnected : undefined;
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    if (name === "connect") {
      this.#isConnected = true;
      return null;
    }
    if (name === "newtask") return new TaskText();
    if (name !== "getfolder") return undefined;
    if (!this.#isConnected)
      throw methodFailure(
        "GetFolder",
        1,
        comException,
        "The RPC server is unavailable. (Exception from HRESULT: 0x800706BA)",
      );
    if (text(args[0] ?? null) !== "\\") throw new Refusal(`the task folder ${text(args[0] ?? null)}`);
    return new TaskFolder(this.#process);
  }
}

/** A definition before it is registered: XML that a script writes. */
class TaskText extends NetObject {
  readonly typeName = "System.__ComObject#{f5bc8fc5-536d-4f77-b852-fbc1356fdeb6}";
  xml = "";
  override get(name: string): Value | undefined {
    return name.toLowerCase() === "xmltext" ? this.xml : undefined;
  }
  override set(name: string, value: Value): boolean {
    if (name.toLowerCase() !== "xmltext")
      throw new Refusal(`the property ${name} of a task definition (XmlText is known)`);
    this.xml = text(value);
    return true;
  }
}

class TaskFolder extends NetObject {
  readonly typeName = "System.__ComObject#{8cfac062-a080-4c15-9a88-aa7c2af80dfc}";
  readonly #process: WindowsProcess;
  constructor(process: WindowsProcess) {
    super();
    this.#process = process;
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    const { tasks } = this.#process.system;
    const [first = null, second = null, , user = null, password = null, logon = 0] = args;
    const task = text(first);
    switch (name) {
      case "registertask":
      case "registertaskdefinition": {
        const xml = second instanceof TaskText ? second.xml : text(second);
        tasks.register(
          definition(
            this.#process,
            task,
            xml,
            text(user),
            password === null ? undefined : text(password),
            count(logon),
          ),
        );
        return new RegisteredTask(this.#process, task);
      }
      case "gettask":
        if (!tasks.find(task)) throw missing("GetTask");
        return new RegisteredTask(this.#process, task);
      case "deletetask":
        if (!tasks.remove(task)) throw missing("DeleteTask");
        return null;
      default:
        return undefined;
    }
  }
}

function missing(method: string): Error {
  return methodFailure(
    method,
    1,
    "System.IO.FileNotFoundException",
    "The system cannot find the file specified. (Exception from HRESULT: 0x80070002)",
  );
}

/** Checks user and password as the scheduler does when a task is registered. */
function definition(
  process: WindowsProcess,
  name: string,
  xml: string,
  user: string,
  password: string | undefined,
  logon: number,
): Parameters<WindowsProcess["system"]["tasks"]["register"]>[0] {
  const { accounts, computerName } = process.system;
  const refuse = (message: string): Error => methodFailure("RegisterTask", 7, comException, message);
  const actions = [...xml.matchAll(/<Exec>([\s\S]*?)<\/Exec>/g)];
  if (!/<Task[\s>]/.test(xml) || actions.length !== 1)
    throw refuse(`(1,1):: The task XML contains an unexpected node. (Exception from HRESULT: 0x8004131A)`);
  const account = accounts.find(user, computerName);
  if (!account && !accounts.isSystemAccount(user))
    throw refuse("No mapping between account names and security IDs was done. (Exception from HRESULT: 0x80070534)");
  if (account && logon === 1 && !accounts.accepts(user, computerName, password ?? ""))
    throw refuse("The user name or password is incorrect. (Exception from HRESULT: 0x8007052E)");
  if (account && logon === 5) throw refuse("The parameter is incorrect. (Exception from HRESULT: 0x80070057)");
  const body = actions[0]?.[1] ?? "";
  const element = (tag: string): string =>
    unescapeXml(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(body)?.[1] ?? "");
  return {
    name,
    user: account?.name ?? user.replace(/^NT AUTHORITY\\/i, "").toUpperCase(),
    command: element("Command"),
    arguments: element("Arguments"),
    directory: element("WorkingDirectory") || "C:\\Windows\\system32",
  };
}

function unescapeXml(source: string): string {
  return source.replace(/&(lt|gt|quot|apos|amp|#x?[0-9a-fA-F]+);/g, (_whole, name: string) => {
    if (name.startsWith("#"))
      return String.fromCodePoint(name[1] === "x" ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
    return { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" }[name] ?? "";
  });
}

class RegisteredTask extends NetObject {
  readonly typeName = "System.__ComObject#{9c86f320-dee3-4dd1-b972-a303f26b061e}";
  readonly #process: WindowsProcess;
  readonly #name: string;
  constructor(process: WindowsProcess, name: string) {
    super();
    this.#process = process;
    this.#name = name;
  }
  override get(name: string): Value | undefined {
    const task = this.#process.system.tasks.find(this.#name);
    switch (name.toLowerCase()) {
      case "name":
        return this.#name;
      case "state":
        // 3 ready, 4 running.
        return task?.isRunning ? 4 : 3;
      case "lasttaskresult":
        return task?.result ?? 0;
      case "enabled":
        return true;
      default:
        return undefined;
    }
  }
  override call(name: string): Value | undefined {
    if (name === "run" || name === "runex") {
      this.#process.system.tasks.start(this.#name);
      return null;
    }
    if (name !== "stop") return undefined;
    this.#process.system.tasks.stop(this.#name);
    return null;
  }
}
