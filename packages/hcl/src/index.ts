export { convert, mismatchMessage } from "./convert/convert.ts";
export { type Evaluated, evaluate } from "./eval/evaluate.ts";
export { keywordOf } from "./eval/object.ts";
export { Scope } from "./eval/scope.ts";
export type { FunctionSpec, FunctionTable, Parameter } from "./functions/function.ts";
export { didYouMean, nearest } from "./suggestion.ts";
export * from "./syntax/ast.ts";
export { type Parsed, parseExpressionText, parseNative, parseTemplateText } from "./syntax/parse.ts";
export { readTypeConstraint, type TypeConstraint, type TypeDefaults } from "./type-expression.ts";
export { Fault } from "./values/arithmetic.ts";
export { BigFloat } from "./values/big-float.ts";
export { numberText } from "./values/big-float-text.ts";
export { deepMarks, hasMarks, unmarkDeep } from "./values/marks.ts";
export * from "./values/type.ts";
export * from "./values/value.ts";

import { collectionFunctions } from "./functions/collections.ts";
import { controlFunctions } from "./functions/control.ts";
import type { FunctionTable } from "./functions/function.ts";
import { numberFunctions } from "./functions/numbers.ts";
import { setFunctions } from "./functions/sets.ts";
import { stringFunctions } from "./functions/strings.ts";

const table = { ...collectionFunctions, ...controlFunctions, ...numberFunctions, ...setFunctions, ...stringFunctions };
export const temporaryFunctions: FunctionTable = {
  get: (name) => (Object.hasOwn(table, name) ? table[name] : undefined),
  names: () => Object.keys(table),
};
