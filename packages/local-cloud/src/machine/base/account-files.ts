/**
 * The host's account files without its people: accounts of the range that `login.defs` gives to people (1000–59999) are
 * dropped, so that an image's own `ubuntu` gets number 1000 as in the cloud; passwords of the rest are locked.
 */
export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
  readonly shadow: string;
  readonly gshadow: string;
}

/** Cleans the four files; missing ones are empty text. */
export function withoutPeople(files: AccountFiles): AccountFiles {
  const people = new Set(
    fields(files.passwd)
      .filter(isPerson)
      .map(([name]) => name ?? ""),
  );
  const groups = new Set(
    fields(files.group)
      .filter(isPerson)
      .map(([name]) => name ?? ""),
  );
  const stays = ([name = ""]: readonly string[]): boolean => !people.has(name);
  const groupStays = ([name = ""]: readonly string[]): boolean => !groups.has(name);
  const members = (list = ""): string =>
    list
      .split(",")
      .filter((name) => !people.has(name))
      .join(",");
  return {
    passwd: joined(fields(files.passwd).filter(stays)),
    shadow: joined(
      fields(files.shadow)
        .filter(stays)
        .map(([name = "", word = "", ...rest]) => [name, locked(word), ...rest]),
    ),
    group: joined(
      fields(files.group)
        .filter(groupStays)
        .map(([name = "", word = "", gid = "", list]) => [name, word, gid, members(list)]),
    ),
    gshadow: joined(
      fields(files.gshadow)
        .filter(groupStays)
        .map(([name = "", , admins, list]) => [name, "!", members(admins), members(list)]),
    ),
  };
}

/** A real password hash becomes "no password lets anyone in"; a lock stays the lock it was. */
function locked(word: string): string {
  return /^[*!]/.test(word) ? word : "*";
}

function isPerson([, , id]: readonly string[]): boolean {
  const number = Number(id);
  return number >= 1000 && number < 60_000;
}

function fields(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"));
}

function joined(lines: readonly (readonly string[])[]): string {
  return lines.map((line) => `${line.join(":")}\n`).join("");
}
