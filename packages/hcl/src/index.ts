/** HCL2: values, both syntaxes, expressions, Packer's functions, and the formatter. Pure: runs in a browser too. */
export * from "./body/body.ts";
export { expandDynamicBlocks } from "./body/dynamic-body.ts";
export { JsonSyntaxBody } from "./body/json-body.ts";
export { NativeSyntaxBody } from "./body/native-body.ts";
export { type FileBody, readJsonFile, readNativeFile } from "./body/read-file.ts";
export { convert, mismatchMessage, PathFault, unify } from "./convert/convert.ts";
export { type Evaluated, evaluate } from "./eval/evaluate.ts";
export { elements, isIterable } from "./eval/for.ts";
export { keywordOf } from "./eval/object.ts";
export { referencesIn, referencesInJson, referencesOf } from "./eval/references.ts";
export { Scope } from "./eval/scope.ts";
export { formatHcl, formatNativeFile } from "./format/format.ts";
export type { FunctionSpec, FunctionTable, Parameter } from "./functions/function.ts";
export { ArgumentFault } from "./functions/function.ts";
export { FileFailure, type FileInfo, type FunctionHost, SecretFailure } from "./functions/host.ts";
export { readJson } from "./functions/json-read.ts";
export { jsonText } from "./functions/json-text.ts";
export { Suspension, settle } from "./functions/suspension.ts";
export { packerFunctions, variableDefaultFunctions } from "./functions/table.ts";
export { didYouMean, nearest } from "./suggestion.ts";
export {
  type Attribute,
  type Block,
  between,
  type Expression,
  type JsonNode,
  type NativeBody,
  type Reference,
  rangeOf,
  type Span,
  type Step,
} from "./syntax/ast.ts";
export { type Parsed, parseExpressionText, parseTemplateText } from "./syntax/parse.ts";
export { rangeText } from "./syntax/range-text.ts";
export { SourceText } from "./syntax/source-text.ts";
export { applyDefaults, checkDefaults } from "./type-defaults.ts";
export { readTypeConstraint, type TypeConstraint, type TypeDefaults } from "./type-expression.ts";
export { Fault, type Outcome } from "./values/arithmetic.ts";
export { BigFloat } from "./values/big-float.ts";
export { parseNumber } from "./values/big-float-parse.ts";
export { formatNumber, numberText } from "./values/big-float-text.ts";
export { equal, identical } from "./values/equality.ts";
export { deepMarks, hasMarks, isWhollyKnown, unmark, unmarkDeep, withMarks } from "./values/marks.ts";
export { setValue } from "./values/set.ts";
export * from "./values/type.ts";
export * from "./values/value.ts";
