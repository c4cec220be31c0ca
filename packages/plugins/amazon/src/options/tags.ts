import { blocks, type ConfigOf, map, ofText, text } from "@kiln/sdk";

/** A map of tags whose keys and values are rendered during the run. */
export function tagMap(doc: string) {
  return map(ofText, { doc, lateTemplate: true });
}
const pair = {
  key: text({ doc: "Key of the tag.", lateTemplate: true }),
  value: text({ doc: "Value of the tag.", lateTemplate: true }),
} as const;
/** The same as repeated blocks, for keys that expressions make. */
export function tagBlocks(mapName: string) {
  return blocks(pair, { doc: `One tag; adds to ${mapName}.`, lateTemplate: true });
}
const named = {
  name: text({ doc: "Key of the tag.", lateTemplate: true }),
  value: text({ doc: "Value of the tag.", lateTemplate: true }),
} as const;
/** Volume tag blocks say `name` where the others say `key`. */
export function namedTagBlocks(mapName: string) {
  return blocks(named, { doc: `One tag; adds to ${mapName}.`, lateTemplate: true });
}
export type TagBlocks = readonly ConfigOf<typeof pair>[] | readonly ConfigOf<typeof named>[];
