import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/**
 * What ties a login to the TLS connection that carries it: `tls-server-end-point` of the server's certificate (RFC 5929), hashed as
 * [MS-NLMP] 3.1.5.1.2 says. `signatureAlgorithm` as OpenSSL names it; MD5 and SHA-1 count as SHA-256.
 */
export function channelBindings(certificate: Uint8Array, signatureAlgorithm: string | undefined): Buffer {
  const name = /sha-?(384|512)/i.exec(signatureAlgorithm ?? "");
  const hash = createHash(name ? `sha${name[1]}` : "sha256")
    .update(certificate)
    .digest();
  const data = Buffer.concat([Buffer.from("tls-server-end-point:", "latin1"), hash]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  // Initiator's and acceptor's address types and lengths are zero.
  return createHash("md5").update(Buffer.alloc(16)).update(length).update(data).digest();
}
