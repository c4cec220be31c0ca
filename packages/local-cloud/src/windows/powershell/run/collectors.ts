import { NetList } from "../values/collections.ts";
import { itemsOf } from "../values/convert.ts";
import type { ErrorRecord } from "../values/errors.ts";
import type { Value } from "../values/value.ts";
import type { Frame } from "./engine.ts";

/** The lists of -ErrorVariable and -OutVariable. */
export class Collectors {
  readonly #errors: NetList | undefined;
  readonly #output: NetList | undefined;
  constructor(errorVariable: string | undefined, outVariable: string | undefined, frame: Frame) {
    this.#errors = listIn(errorVariable, frame);
    this.#output = listIn(outVariable, frame);
  }
  error(record: ErrorRecord): void {
    if (this.#errors?.list.includes(record) === false) this.#errors.list.push(record);
  }
  output(value: Value): void {
    this.#output?.list.push(value);
  }
}

/** Sets the variable to a new list; `+name` goes on with what it holds. */
function listIn(variable: string | undefined, frame: Frame): NetList | undefined {
  if (variable === undefined) return undefined;
  const name = variable.replace(/^\+/, "");
  const before = name === variable ? [] : itemsOf(frame.scope.find(name)?.value ?? null);
  const list = new NetList("System.Collections.ArrayList", [...before]);
  frame.scope.set(name, list);
  return list;
}

/** A frame whose output and errors are also collected. */
export function watchedFrame(frame: Frame, collectors: () => Collectors | undefined): Frame {
  return {
    ...frame,
    emit: (value) => {
      collectors()?.output(value);
      return frame.emit(value);
    },
    onError: (record) => {
      collectors()?.error(record);
      frame.onError?.(record);
    },
  };
}
