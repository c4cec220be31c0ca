/** This machine's architecture as Vagrant names it. */
export function vagrantArchitecture(arch: string): string {
  const names: Readonly<Record<string, string>> = { x64: "amd64", ia32: "i386", ppc64: "ppc64le" };
  return names[arch] ?? arch;
}
