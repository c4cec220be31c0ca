import { family as amazon } from "@kiln/plugin-amazon";
import { family as ansible } from "@kiln/plugin-ansible";
import { family as chef } from "@kiln/plugin-chef";
import { family as core } from "@kiln/plugin-core";
import { family as docker } from "@kiln/plugin-docker";
import { family as puppet } from "@kiln/plugin-puppet";
import { family as qemu } from "@kiln/plugin-qemu";
import { family as vagrant } from "@kiln/plugin-vagrant";
import type { Family } from "@kiln/sdk";

/** Every family that ships with Kiln. Each loads its components' code on first use. */
export const families: readonly Family[] = [core, amazon, ansible, chef, docker, puppet, qemu, vagrant];
