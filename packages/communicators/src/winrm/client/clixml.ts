import { SaxesParser } from "saxes";

/**
 * PowerShell with `-EncodedCommand` writes standard error as XML behind `#< CLIXML`. This gives back the text of errors and warnings as
 * they would stand on a console, leaves progress out, and passes on everything else untouched. Feed it pieces; texts come out as soon as
 * they are whole.
 */
export class ClixmlDecoder {
  readonly #decoder = new TextDecoder();
  #pending = "";
  #objects: Objects | undefined;
  #lineEndDue = false;

  write(bytes: Uint8Array): string {
    return this.#take(this.#decoder.decode(bytes, { stream: true }), false);
  }

  end(): string {
    return this.#take(this.#decoder.decode(), true);
  }

  #take(text: string, last: boolean): string {
    this.#pending += text;
    let out = "";
    for (let before = -1; this.#pending.length > 0 && this.#pending.length !== before; ) {
      before = this.#pending.length;
      out += this.#objects ? this.#insideXml(this.#objects) : this.#outside(last);
    }
    if (!last) return out;
    const rest = this.#pending;
    this.#pending = "";
    return out + rest;
  }

  #outside(last: boolean): string {
    if (this.#lineEndDue) {
      // The line end behind a document belongs to it.
      if (this.#pending === "\r" && !last) return "";
      this.#pending = this.#pending.replace(/^\r?\n/, "");
      this.#lineEndDue = false;
    }
    const at = this.#pending.indexOf(mark);
    if (at < 0) {
      const keep = last ? 0 : startedMark(this.#pending);
      const out = this.#pending.slice(0, this.#pending.length - keep);
      this.#pending = this.#pending.slice(out.length);
      return out;
    }
    const out = this.#pending.slice(0, at);
    this.#pending = this.#pending.slice(at + mark.length);
    this.#objects = new Objects();
    return out;
  }

  #insideXml(objects: Objects): string {
    const close = this.#pending.indexOf(closing);
    // The end of the document may be cut in two: its last characters wait for the next piece.
    const upTo = close < 0 ? Math.max(0, this.#pending.length - closing.length) : close + closing.length;
    const xml = this.#pending.slice(0, upTo);
    this.#pending = this.#pending.slice(upTo);
    const out = objects.write(xml);
    if (close >= 0) {
      this.#objects = undefined;
      this.#lineEndDue = true;
    }
    return out;
  }
}

const mark = "#< CLIXML";
const closing = "</Objs>";
const prefixes: Readonly<Record<string, string>> = {
  error: "",
  warning: "WARNING: ",
  verbose: "VERBOSE: ",
  debug: "DEBUG: ",
};

/** How many characters at the end may begin a mark. */
function startedMark(text: string): number {
  for (let n = Math.min(mark.length - 1, text.length); n > 0; n--) {
    if (mark.startsWith(text.slice(-n))) return n;
  }
  return 0;
}

/** One document of serialised records. What is no XML after all is shown as it came. */
class Objects {
  readonly #parser = new SaxesParser();
  #depth = 0;
  #stream: string | undefined;
  #text = "";
  #out = "";
  #begun = false;
  #broken = false;

  constructor() {
    this.#parser.on("error", () => {
      this.#broken = true;
    });
    this.#parser.on("opentag", ({ name, attributes }) => {
      this.#depth++;
      this.#text = "";
      this.#stream = this.#depth === 2 && name === "S" ? attributes.S?.toLowerCase() : undefined;
    });
    this.#parser.on("text", (text) => {
      this.#text += text;
    });
    this.#parser.on("closetag", () => {
      const shown = this.#stream === undefined ? undefined : prefixes[this.#stream];
      if (shown !== undefined) this.#out += shown + unescape(this.#text) + (shown === "" ? "" : "\r\n");
      this.#stream = undefined;
      this.#depth--;
    });
  }

  write(xml: string): string {
    if (this.#broken) return xml;
    // White space before the declaration is no XML; PowerShell writes a line end there.
    const text = this.#begun ? xml : xml.replace(/^\s+/, "");
    this.#begun ||= text !== "";
    this.#parser.write(text);
    const out = this.#out;
    this.#out = "";
    return this.#broken ? out + xml : out;
  }
}

/** `_x000D_` and its like. */
function unescape(text: string): string {
  return text.replace(/_x([0-9a-f]{4})_/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
