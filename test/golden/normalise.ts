const escape = String.fromCharCode(27);
const colour = new RegExp(`${escape}\\[[0-9;]*m`, "g");

/** What differs from run to run, and what 1.16 says otherwise everywhere (core-behaviour §2.6, §6). */
export function steady(text: string): string {
  return text
    .replace(/\/tmp\/packer-shell\d+/g, "TEMPORARY")
    .replace(/(finished|errored|completed) after (?:\d+ [a-z]+ ?)+/g, "$1 after D")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME")
    .replace(/^\d{10},/gm, "NOW,")
    .replaceAll("1.6.6", "VERSION")
    .replaceAll("1.16.0", "VERSION")
    .replaceAll("status: 3.Allowed", "status: 3. Allowed")
    .replace(/null\.(a|b|good|bad)\b/g, "$1");
}

/**
 * A build's output as its streams: lines with the same beginning keep their order, since those of different builds, and of a program's
 * two outputs, come as they come.
 */
export function streams(text: string): Readonly<Record<string, readonly string[]>> {
  const result: Record<string, string[]> = {};
  for (const line of steady(text).split("\n")) {
    const stream = streamOf(line);
    result[stream] = [...(result[stream] ?? []), line];
  }
  return result;
}

function streamOf(line: string): string {
  const record = /^NOW,(?<target>[^,]*),(?<category>[^,]*)(?:,(?<rest>.*))?$/.exec(line)?.groups;
  const text = record ? (record["rest"] ?? "") : line.replace(colour, "").replace(/^TIME: /, "");
  const build =
    /(?:^|,)(?<place>==> [\w. ()-]+:| {4}[\w. ()-]+:|--> [\w.]+:|Build '[^']+'|[\w.]+(?=: output will))/.exec(text);
  return `${record ? `${record["target"]}/${record["category"]}/` : ""}${build?.groups?.["place"] ?? ""}`;
}

/** Runs of white space are one space: Packer breaks long lines at 80 columns. */
export function flowed(text: string): string {
  return steady(text.replace(colour, ""))
    .replace(/^NOW,,ui,\w+,/gm, "")
    .replace(/%!\(PACKER_COMMA\)/g, ",")
    .replace(/\\n/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * The messages of an output about mistakes: its headings (`Failed to prepare build: "x"`) and every item of its lists. Texts that are no
 * list are one message, paragraph by paragraph.
 */
export function messages(text: string): readonly string[] {
  const found: string[] = [];
  for (const paragraph of text
    .replace(colour, "")
    .replace(/^\d{10},,ui,\w+,/gm, "")
    .split(/\n{2,}/)) {
    // The place, which every message of ours has, with the source line.
    if (/^\s*on .* line \d+/.test(paragraph)) continue;
    const items = paragraph.split(/\n?^\t?\* /m);
    const [head = "", ...rest] = items;
    const heading = head
      .replace(/\d+ error(?:s|\(s\))? (?:occurred|decoding):\s*$/, "")
      .replace(/^Error:/, "")
      .replace(/:\s*$/, "");
    for (const message of [heading, ...rest].map(flowed)) if (message !== "") found.push(message);
  }
  return found;
}
