/**
 * Cases that are answered otherwise on purpose, each with the reason. Everything else must agree to the letter, but for what
 * Go's implementation does by accident and no case shows:
 * - the range of a call whose arguments the file ends in has no end in Go; here it ends where the file does;
 * - a template file keeps no interpolation behind a lone carriage return in Go; here they are all replaced;
 * - labels and names are in NFC here, as the strings that they are compared with;
 * - what panics in Go (`merge(null, 1)`, a logarithm that is no number) is an error or a value here.
 */
export const differences: Readonly<Record<string, string>> = {
  "fn-pow-8e899293a0": "The last digit of a fractional power depends on the exponential function of the platform.",
  "fn-anytrue-633119b451": "Wording for a set with unknown elements of the wrong type.",
  "json-0b09c2e25a": "Suggests the nearest name; HCL suggests the first that is near.",
  "fn-textencodebase64-22a03d6f4f": "Node's Big5 decoder does not know the Hong Kong extension.",
  "fn-yamldecode-b9e271cac0": "Wording and place of a YAML syntax error come from the YAML library.",
  "fn-yamldecode-d487df2d26": "Wording and place of a YAML syntax error come from the YAML library.",
  "fn-yamldecode-abd06b8859": "Wording and place of a YAML syntax error come from the YAML library.",
  "fn-yamldecode-b5058a9294": "Wording and place of a YAML syntax error come from the YAML library.",
  "fn-yamldecode-c64490ab92": "Wording and place of a YAML syntax error come from the YAML library.",
};
