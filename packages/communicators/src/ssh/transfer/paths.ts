/** Directory and name of a remote path; both separators count where it looks like a Windows path. */
export function splitRemote(path: string): { readonly directory: string; readonly name: string } {
  const bare = path.replace(/(?<=.)[/]+$/, "");
  const at = Math.max(bare.lastIndexOf("/"), /^[a-z]:\\/i.test(bare) ? bare.lastIndexOf("\\") : -1);
  if (at < 0) return { directory: ".", name: bare };
  return { directory: bare.slice(0, at) || "/", name: bare.slice(at + 1) };
}

export function joinRemote(directory: string, name: string): string {
  return directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}

/** The last name of a local directory path, whatever the separators and slashes at its end. */
export function localName(path: string): string {
  return (
    path
      .replace(/[/\\]+$/, "")
      .split(/[/\\]/)
      .at(-1) ?? ""
  );
}

/** `name` as scp may send it in a header, which ends at a newline and holds one name. */
export function isSendableName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[\n/\0]/.test(name);
}
