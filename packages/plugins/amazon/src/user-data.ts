import type { Files } from "@kiln/sdk";

/** The user data in base64, as EC2 wants it: text that already is valid base64 passes as it is. Source: Packer. */
export async function userData(
  config: { readonly user_data?: string; readonly user_data_file?: string },
  files: Pick<Files, "readText">,
): Promise<string | undefined> {
  const text = config.user_data_file ? await files.readText(config.user_data_file) : config.user_data;
  if (!text) return undefined;
  return isBase64(text) ? text : Buffer.from(text).toString("base64");
}

function isBase64(text: string): boolean {
  const packed = text.replaceAll(/[\r\n]/g, "");
  return packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
}
