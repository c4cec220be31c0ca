/** What user data asks for, as EC2's agents for Windows read it. */
export interface WindowsUserData {
  /** `<script>`: a batch file. */
  readonly batch: string | undefined;
  /** `<powershell>` */
  readonly powershell: string | undefined;
  /** `<persist>true</persist>`: at every boot. */
  readonly persists: boolean;
  /** Something else than these: ignored, and said. */
  readonly isForeign: boolean;
}

export function readUserData(text: string): WindowsUserData {
  const part = (tag: string): string | undefined => new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "i").exec(text)?.[1];
  const [batch, powershell] = [part("script"), part("powershell")];
  return {
    batch,
    powershell,
    persists: /<persist>\s*true\s*<\/persist>/i.test(text),
    isForeign: text.trim() !== "" && batch === undefined && powershell === undefined,
  };
}
