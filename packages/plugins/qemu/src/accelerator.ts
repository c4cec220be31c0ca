import { codeOf, type Host, StepError } from "@kiln/sdk";

const device = "/dev/kvm";
/** The device was opened; that it cannot be read like a file says that it works. */
const opened = ["EINVAL", "EIO", "EISDIR", "ENOTTY", "EOPNOTSUPP"];

/** Why KVM cannot be used here, or undefined where it can. */
export async function kvmProblem({ files, platform }: Pick<Host, "files" | "platform">): Promise<string | undefined> {
  if (platform !== "linux") return "KVM is a part of Linux";
  try {
    for await (const _ of files.read(device, { start: 0, end: 1 })) break;
    return undefined;
  } catch (error) {
    const code = codeOf(error) ?? "unknown error";
    if (opened.includes(code)) return undefined;
    if (code === "ENOENT")
      return `there is no ${device}: the processor's virtualization is off, or this is a machine without it`;
    if (code === "EACCES") return `${device} may not be opened: add the user to the group kvm`;
    return `${device} is there but cannot be used (${code})`;
  }
}

/** The accelerator to use: what the template asks for, or the best that works. Refuses at once what cannot work. */
export async function chooseAccelerator(
  host: Pick<Host, "files" | "platform">,
  asked: string | undefined,
): Promise<string> {
  if (asked && asked !== "kvm") return asked;
  const problem = await kvmProblem(host);
  if (asked === "kvm" && problem) {
    throw new StepError(
      `The accelerator "kvm" cannot be used: ${problem}.\nTake accelerator out, or set it to "tcg", to emulate the processor, which is slow.`,
      { code: "qemu/accelerator" },
    );
  }
  return problem === undefined ? "kvm" : "tcg";
}
