import { ConnectError, codeOf, messageOf } from "@kiln/sdk";
import { type Address, where } from "../../ssh/client/address.ts";

/** The certificate is there, and is not trusted: no waiting mends that. */
export class UntrustedCertificate extends ConnectError {
  static {
    this.prototype.name = "UntrustedCertificate";
  }
}

const certificate: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "is signed by an authority that this machine does not know",
  UNABLE_TO_GET_ISSUER_CERT: "is signed by an authority that this machine does not know",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "is signed by an authority that this machine does not know",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "is signed by an authority that this machine does not know",
  CERT_HAS_EXPIRED: "has expired",
  CERT_NOT_YET_VALID: "is not valid yet (do the clocks agree?)",
  ERR_TLS_CERT_ALTNAME_INVALID: "is for another name",
  CERT_SIGNATURE_FAILURE: "has a wrong signature",
  CERT_REVOKED: "was revoked",
};

/** A failed handshake in words that say whose fault it is. */
export function tlsProblem(error: Error, to: Address): ConnectError {
  const code = codeOf(error) ?? "";
  const what = certificate[code];
  if (what !== undefined) {
    return new UntrustedCertificate(
      "connect/failed",
      "tls",
      `the certificate of ${where(to)} ${what} (${code})`,
      error,
    );
  }
  const text = messageOf(error);
  const plain =
    code === "ERR_SSL_WRONG_VERSION_NUMBER" || /wrong version number|packet length too long|http request/i.test(text);
  return new ConnectError(
    "connect/failed",
    "tls",
    plain ? `${where(to)} does not speak TLS: it looks like plain HTTP` : `${where(to)}: ${text}`,
    error,
  );
}
