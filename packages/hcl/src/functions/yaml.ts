import { isWhollyKnown } from "../values/marks.ts";
import { STRING } from "../values/type.ts";
import { stringValue, UNKNOWN, unknownValue, Value } from "../values/value.ts";
import { anything, type Functions } from "./arguments.ts";
import { reading } from "./encodings.ts";
import { lazily } from "./suspension.ts";
import { yamlText } from "./yaml-write.ts";

const library = lazily(() => import("./yaml-library.ts"));

export const yamlFunctions: Functions = {
  yamldecode: reading("src", (source) => {
    const value = library().readYaml(source);
    // A lone null has no type that go-cty-yaml could tell, so it stays unknown.
    return value instanceof Value && value.isNull ? UNKNOWN : value;
  }),
  yamlencode: {
    parameters: [anything("value", { allowNull: true, allowDynamic: true })],
    returns: STRING,
    call: ([value]) => (value && isWhollyKnown(value) ? stringValue(yamlText(value)) : unknownValue(STRING)),
  },
};
