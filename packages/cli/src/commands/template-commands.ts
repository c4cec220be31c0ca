/** The commands that plan templates, as one piece of code to load: one file is quicker than the many that they share. */
export { build } from "./build.ts";
export { cleanup } from "./cleanup.ts";
export { rehearse } from "./rehearse.ts";
export { validate } from "./validate.ts";
