import { type HclState, listNames } from "@kiln/engine";
import type { BuildBlock, ComponentBlock } from "@kiln/sdk";

/** What `inspect` prints of an HCL2 template. Source: core-behaviour §3.10 and Packer 1.6.6's output. */
export function inspectHcl(state: HclState): string {
  const builds = state.template.builds.map(build).join("");
  return `Packer Inspect: HCL2 mode\n\n${listNames(state)}\n> builds:\n${builds}`;
}

function build(block: HclState["template"]["builds"][number], index: number): string {
  const head = `\n  > ${block.name ?? `<unnamed build ${index}>`}:\n`;
  const description = block.description ? `\n  > Description: ${block.description}\n` : "";
  return [
    head,
    description,
    section("sources", block.references, "<no source>"),
    section("provisioners", block.provisioners.map(named), "<no provisioner>"),
    postProcessors(block.postProcessors),
  ].join("");
}

function named({ type, name }: ComponentBlock): string {
  return name === "" ? type : `${type}.${name}`;
}

function section(title: string, lines: readonly string[], none: string): string {
  const shown = lines.length > 0 ? lines : [none];
  return `\n    ${title}:\n${shown.map((line) => `\n      ${line}\n`).join("")}`;
}

function postProcessors(chains: BuildBlock["postProcessors"]): string {
  if (chains.length === 0) return section("post-processors", [], "<no post-processor>");
  const shown = chains.map((chain, i) => `\n      ${i}:\n${chain.map((step) => `        ${named(step)}\n`).join("")}`);
  return `\n    post-processors:\n${shown.join("")}`;
}
