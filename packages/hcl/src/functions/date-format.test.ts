import { describe, expect, it } from "vitest";
import { civilTime } from "./civil-time.ts";
import { formatDate } from "./date-format.ts";

describe("formatDate", () => {
  // As Debian's packer 1.6.6 answers.
  it.each([
    ["'it''s' YY", "it's 70"],
    ["''''", "''"],
    ["'a''", "a'"],
    ["'a''b'-", "a'b-"],
    ["YY 'abc'", "70 "],
    ["'''a'", "'"],
    ["YY-'a''bc''d'", "70-"],
  ])("%j gives %j", (format, expected) => {
    expect(formatDate(format, civilTime(0))).toBe(expected);
  });
});
