/** Splits a command line as C programs on Windows do: quotes, doubled quotes, and backslashes before quotes. */
export function splitArguments(line: string): string[] {
  const found: string[] = [];
  let at = 0;
  for (;;) {
    while (/[ \t\r\n]/.test(line[at] ?? "")) at++;
    if (at >= line.length) return found;
    let word = "";
    let quoted = false;
    for (; at < line.length; at++) {
      const char = line[at] ?? "";
      if (char === "\\") {
        let count = 0;
        while (line[at + count] === "\\") count++;
        if (line[at + count] === '"') {
          word += "\\".repeat(count >> 1);
          at += count - 1;
          if (count % 2 === 1) {
            word += '"';
            at++;
          }
        } else {
          word += "\\".repeat(count);
          at += count - 1;
        }
      } else if (char === '"') {
        if (quoted && line[at + 1] === '"') {
          word += '"';
          at++;
        } else quoted = !quoted;
      } else if (!quoted && /[ \t\r\n]/.test(char)) break;
      else word += char;
    }
    found.push(word);
  }
}
