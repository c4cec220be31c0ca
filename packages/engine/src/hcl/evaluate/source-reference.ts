export interface SourceReference {
  readonly type: string;
  readonly name: string;
}

/**
 * Reads `source.TYPE.NAME` or `TYPE.NAME`; of three parts and more the first is dropped whatever it is (core-behaviour §3.5). Undefined
 * for anything else.
 */
export function sourceReference(text: string): SourceReference | undefined {
  const parts = text.split(".");
  const [type, name] = parts.length > 2 ? parts.slice(1) : parts;
  return type && name ? { type, name } : undefined;
}
