/**
 * What the client offers, best first. AES-GCM first because it is three times as fast here as the others; SHA-1 and CBC last, for old
 * machines. Names are checked against these lists, so that a misspelt one is found before anything connects.
 */
export const ciphers: readonly string[] = [
  "aes128-gcm@openssh.com",
  "aes256-gcm@openssh.com",
  "aes128-ctr",
  "aes192-ctr",
  "aes256-ctr",
  "chacha20-poly1305@openssh.com",
  "aes128-cbc",
  "aes192-cbc",
  "aes256-cbc",
  "3des-cbc",
];
/** Offered when the template names none. */
export const defaultCiphers = ciphers.slice(0, 6);

export const keyExchanges: readonly string[] = [
  "curve25519-sha256",
  "curve25519-sha256@libssh.org",
  "ecdh-sha2-nistp256",
  "ecdh-sha2-nistp384",
  "ecdh-sha2-nistp521",
  "diffie-hellman-group14-sha256",
  "diffie-hellman-group16-sha512",
  "diffie-hellman-group18-sha512",
  "diffie-hellman-group15-sha512",
  "diffie-hellman-group17-sha512",
  "diffie-hellman-group-exchange-sha256",
  "diffie-hellman-group14-sha1",
  "diffie-hellman-group-exchange-sha1",
  "diffie-hellman-group1-sha1",
];
/** Offered when the template names none; group14-sha1 is what OpenSSH 5 and many appliances speak, and Packer offers it. */
export const defaultKeyExchanges = keyExchanges.slice(0, 12);

export const hostKeys: readonly string[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
  "ssh-rsa",
];
