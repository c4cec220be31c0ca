import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { getCACertificates } from "node:tls";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where systems keep all authorities in one file; the first that is there counts, as in Go. */
const bundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
const directories = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/**
 * The certificates, as PEM, of the authorities that Go's programs would trust here, a company's own and those of SSL_CERT_FILE and
 * SSL_CERT_DIR among them, and those that Node.js brings. Undefined where the latter are all.
 */
export async function authorities(env: Environment): Promise<readonly string[] | undefined> {
  const known = new Set(getCACertificates("default").map(plain));
  const all = new Set([...known, ...(await systemAuthorities(env)).map(plain)]);
  return all.size > known.size ? [...all] : undefined;
}

async function systemAuthorities(env: Environment): Promise<readonly string[]> {
  if (process.platform === "win32" || process.platform === "darwin") return getCACertificates("system");
  const places = env.SSL_CERT_DIR ? env.SSL_CERT_DIR.split(":") : directories;
  const file = env.SSL_CERT_FILE ? certificatesIn(env.SSL_CERT_FILE) : firstBundle();
  return (await Promise.all([file, ...places.map(certificatesBelow)])).flat();
}

async function firstBundle(): Promise<readonly string[]> {
  for (const path of bundles) {
    const found = await certificatesIn(path);
    if (found.length > 0) return found;
  }
  return [];
}

async function certificatesBelow(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((): string[] => []);
  return (await Promise.all(names.map((name) => certificatesIn(join(directory, name))))).flat();
}

/** What cannot be read is left out, as in Go. */
async function certificatesIn(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "latin1").catch(() => "");
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}

/** The same certificate is the same text, whoever wrote it. */
function plain(pem: string): string {
  return pem.replace(/\r/g, "").trim();
}
