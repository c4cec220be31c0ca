export { connectors } from "./connectors.ts";
export { generateKeyPair } from "./ssh/keys/generate.ts";
