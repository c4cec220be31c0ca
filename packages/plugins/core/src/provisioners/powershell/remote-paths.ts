import { posix, win32 } from "node:path";

/** Paths on the machine, as the template gives them or chosen for this provisioner. */
export interface RemotePaths {
  readonly script: string;
  /** The file that sets the variables. */
  readonly variables: string;
}

/** A path that ends in a separator names the directory: the local file's name is added. PowerShell runs nothing but `.ps1`. */
export function intoDirectory(path: string, localFile: string, inline: boolean): string {
  if (!/[\\/]$/.test(path)) return path;
  const name = win32.basename(posix.basename(localFile));
  return path + (inline ? `${name}.ps1` : name);
}
