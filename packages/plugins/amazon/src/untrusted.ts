/** What is wrong with a certificate, by the code that Node gives. */
const problems: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "is signed by an authority that is not trusted here",
  UNABLE_TO_GET_ISSUER_CERT: "is signed by an authority that is not trusted here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "is signed by an authority that is not trusted here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "is signed by an authority that is not trusted here",
  CERT_HAS_EXPIRED: "has expired",
  CERT_NOT_YET_VALID: "is not valid yet (is this machine's clock right?)",
  ERR_TLS_CERT_ALTNAME_INVALID: "is for another name",
};

/** A certificate that was refused, in words that say what to set. Undefined for any other code. */
export function describeUntrusted(code: string | undefined): string | undefined {
  const problem = problems[code ?? ""];
  if (code === undefined || problem === undefined) return undefined;
  return (
    `The certificate of the API's endpoint ${problem} (${code}).\n\n` +
    "If that is the endpoint that is meant, name a PEM file with its certificate or authority in AWS_CA_BUNDLE " +
    "(NODE_EXTRA_CA_CERTS adds to the authorities that are known, AWS_CA_BUNDLE takes their place), or set " +
    "insecure_skip_tls_verify = true to check no certificate."
  );
}
