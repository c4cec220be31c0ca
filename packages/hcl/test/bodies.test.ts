import { afterAll, describe, expect, it } from "vitest";
import { packerFunctions } from "../src/functions/table.ts";
import { type BodyCase, bodyAnswer } from "./body-cases.ts";
import { ordered, testData } from "./data.ts";
import { differences } from "./differences.ts";
import { Fixtures } from "./fixtures.ts";
import { fixtureHost } from "./node-host.ts";

const fixtures = new Fixtures();
afterAll(() => fixtures[Symbol.dispose]());
const functions = packerFunctions(fixtureHost(fixtures.base));
const cases = testData<BodyCase[]>("hcl-bodies.dev.json");

describe("bodies", () => {
  it(`are read as the Go implementation reads them in all ${cases.length} cases`, () => {
    const failed = cases.filter(
      (c) => JSON.stringify(ordered(bodyAnswer(c, functions))) !== JSON.stringify(ordered(c.result)),
    );
    expect(failed.map((c) => c.id).filter((id) => !(id in differences))).toEqual([]);
  });
});
