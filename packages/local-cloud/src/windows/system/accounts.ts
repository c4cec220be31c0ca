import { createHash } from "node:crypto";

/** A local user. The password is kept as the digest that Windows keeps, never as text. */
export interface Account {
  readonly name: string;
  readonly fullName: string;
  readonly comment: string;
  readonly isEnabled: boolean;
  readonly passwordExpires: boolean;
  /** Hex of the NT hash; empty: no password was set, and none opens it. */
  readonly ntHash: string;
}
export interface Group {
  readonly name: string;
  readonly comment: string;
  readonly members: readonly string[];
}
export interface StoredAccounts {
  readonly users: readonly Account[];
  readonly groups: readonly Group[];
}

const builtIn: StoredAccounts = {
  users: [
    account("Administrator", "Built-in account for administering the computer/domain"),
    { ...account("Guest", "Built-in account for guest access to the computer/domain"), isEnabled: false },
  ],
  groups: [
    {
      name: "Administrators",
      comment: "Administrators have complete and unrestricted access to the computer/domain",
      members: ["Administrator"],
    },
    {
      name: "Guests",
      comment: "Guests have the same access as members of the Users group by default",
      members: ["Guest"],
    },
    {
      name: "Remote Desktop Users",
      comment: "Members in this group are granted the right to logon remotely",
      members: [],
    },
    {
      name: "Remote Management Users",
      comment: "Members of this group can access WMI resources over management protocols",
      members: [],
    },
    {
      name: "Users",
      comment: "Users are prevented from making accidental or intentional system-wide changes",
      members: ["INTERACTIVE", "Authenticated Users"],
    },
  ],
};

function account(name: string, comment = ""): Account {
  return { name, fullName: "", comment, isEnabled: true, passwordExpires: true, ntHash: "" };
}

/** Services' own accounts: nobody logs in as them, and tasks need no password for them. */
const systemAccounts = ["system", "local service", "network service"];

/** Local users and groups; names without regard to case. */
export class Accounts {
  readonly #users = new Map<string, Account>();
  readonly #groups = new Map<string, Group>();
  readonly #hash: (password: string) => Uint8Array;

  constructor(hash: (password: string) => Uint8Array, stored: StoredAccounts = builtIn) {
    this.#hash = hash;
    for (const user of stored.users) this.#users.set(user.name.toLowerCase(), user);
    for (const group of stored.groups) this.#groups.set(group.name.toLowerCase(), group);
  }
  stored(): StoredAccounts {
    return { users: [...this.#users.values()], groups: [...this.#groups.values()] };
  }
  /** `NAME`, `.\NAME` or `COMPUTER\NAME`. */
  find(name: string, computer: string): Account | undefined {
    const plain = bareName(name, computer);
    return plain === undefined ? undefined : this.#users.get(plain.toLowerCase());
  }
  users(): readonly Account[] {
    return [...this.#users.values()];
  }
  groups(): readonly Group[] {
    return [...this.#groups.values()];
  }
  group(name: string): Group | undefined {
    return this.#groups.get(name.toLowerCase());
  }
  add(name: string, password: string | undefined): void {
    this.#users.set(name.toLowerCase(), {
      ...account(name),
      ntHash: password === undefined ? "" : this.#hex(password),
    });
    this.join("Users", name);
  }
  remove(name: string): void {
    this.#users.delete(name.toLowerCase());
    for (const group of this.groups()) this.leave(group.name, name);
  }
  change(name: string, change: Partial<Omit<Account, "name" | "ntHash">>): void {
    const known = this.#users.get(name.toLowerCase());
    if (known) this.#users.set(name.toLowerCase(), { ...known, ...change });
  }
  rename(name: string, newName: string): void {
    const known = this.#users.get(name.toLowerCase());
    if (!known) return;
    this.#users.delete(name.toLowerCase());
    this.#users.set(newName.toLowerCase(), { ...known, name: newName });
    for (const group of this.groups())
      this.#groups.set(group.name.toLowerCase(), {
        ...group,
        members: group.members.map((member) => (member.toLowerCase() === name.toLowerCase() ? newName : member)),
      });
  }
  setPassword(name: string, password: string): void {
    const known = this.#users.get(name.toLowerCase());
    if (known) this.#users.set(name.toLowerCase(), { ...known, ntHash: this.#hex(password) });
  }
  /** Whether the password opens the account. */
  accepts(name: string, computer: string, password: string): boolean {
    const user = this.find(name, computer);
    return user !== undefined && user.isEnabled && user.ntHash !== "" && user.ntHash === this.#hex(password);
  }
  isSystemAccount(name: string): boolean {
    return systemAccounts.includes(
      name
        .toLowerCase()
        .replace(/^nt authority\\/, "")
        .replace(/^localsystem$/, "system"),
    );
  }
  isAdministrator(name: string): boolean {
    if (this.isSystemAccount(name)) return true;
    return this.group("Administrators")?.members.some((member) => member.toLowerCase() === name.toLowerCase()) ?? false;
  }
  addGroup(name: string, comment = ""): void {
    this.#groups.set(name.toLowerCase(), { name, comment, members: [] });
  }
  removeGroup(name: string): void {
    this.#groups.delete(name.toLowerCase());
  }
  /** False when the user is a member already. */
  join(group: string, user: string): boolean {
    const known = this.group(group);
    if (!known || known.members.some((member) => member.toLowerCase() === user.toLowerCase())) return false;
    this.#groups.set(group.toLowerCase(), { ...known, members: [...known.members, user] });
    return true;
  }
  leave(group: string, user: string): boolean {
    const known = this.group(group);
    const left = known?.members.filter((member) => member.toLowerCase() !== user.toLowerCase()) ?? [];
    if (!known || left.length === known.members.length) return false;
    this.#groups.set(group.toLowerCase(), { ...known, members: left });
    return true;
  }
  /** A stable identifier, as `whoami /user` shows it. */
  sid(name: string, computer: string): string {
    const digest = createHash("sha256").update(computer).digest();
    const numbers = [0, 4, 8].map((at) => digest.readUInt32BE(at));
    const index = [...this.#users.keys()].indexOf(name.toLowerCase());
    const relative = name.toLowerCase() === "administrator" ? 500 : name.toLowerCase() === "guest" ? 501 : 1000 + index;
    return `S-1-5-21-${numbers.join("-")}-${relative}`;
  }

  #hex(password: string): string {
    return Buffer.from(this.#hash(password)).toString("hex");
  }
}

/** The name without its computer; undefined when it names another domain. */
export function bareName(name: string, computer: string): string | undefined {
  const [domain, user] = name.includes("\\")
    ? [name.slice(0, name.indexOf("\\")), name.slice(name.indexOf("\\") + 1)]
    : ["", name];
  return domain === "" || domain === "." || domain.toLowerCase() === computer.toLowerCase() ? user : undefined;
}
