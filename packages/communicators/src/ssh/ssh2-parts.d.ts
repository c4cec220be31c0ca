declare module "ssh2/lib/protocol/utils.js" {
  const parts: unknown;
  export = parts;
}
