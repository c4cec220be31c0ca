/** Passwords of images that are made to be rebuilt, and those that installers suggest. */
const common = new Set(
  [
    "admin administrator alma almalinux alpine arch centos changeme cloud debian default ec2-user fedora guest kali linux nixos opensuse",
    "oracle osboxes packer pass passw0rd password p@ssw0rd redhat rocky root suse test toor ubuntu user vagrant vyos windows",
  ].flatMap((line) => line.split(" ")),
);
/** Shorter ones are part of too much else. */
const shortest = 4;

/**
 * Whether a password is the name of a system, a user or a tool, or hardly anything. Masking such words would spoil paths, names of artifacts
 * and lines that scripts read, and hide nothing.
 */
export function isCommonPassword(text: string): boolean {
  return text.length < shortest || common.has(text.toLowerCase());
}
