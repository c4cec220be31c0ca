import { family as amazon } from "@kiln/plugin-amazon";
import { family as core } from "@kiln/plugin-core";
import type { Family } from "@kiln/sdk";

/** Every family that ships with Kiln. Each loads its components' code on first use. */
export const families: readonly Family[] = [core, amazon];
