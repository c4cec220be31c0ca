import { type FunctionTable, failed, type GoFuncValue, goString, textFunction, textOf } from "@kiln/go-template";
import { messageOf, type TemplateFunctions } from "@kiln/sdk";

/** A component's plain functions over strings as template functions; what they throw becomes the template's error. */
export function componentFunctions(functions: TemplateFunctions): FunctionTable {
  return new Map(
    Object.entries(functions).map(([name, call]): [string, GoFuncValue] => [
      name,
      textFunction(
        Array.from({ length: call.length || 1 }, () => goString),
        (args) => {
          try {
            return call(...args.map(textOf));
          } catch (error) {
            return failed(messageOf(error));
          }
        },
      ),
    ]),
  );
}
