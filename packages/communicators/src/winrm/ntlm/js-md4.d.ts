declare module "js-md4" {
  interface Md4 {
    /** Bytes of the digest. */
    array(message: Uint8Array): number[];
  }
  const md4: Md4;
  export = md4;
}
