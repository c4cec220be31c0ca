export { connectors } from "./connectors.ts";
export { serveSsh } from "./serve-ssh.ts";
export { generateKeyPair } from "./ssh/keys/generate.ts";
