import type { Call } from "./call.ts";
import type { Params } from "./params.ts";
import type { WireObject } from "./wire.ts";

/** One operation of a Query service. */
export interface Action {
  readonly name: string;
  handle(params: Params, call: Call): Promise<WireObject>;
}

export interface ActionParts<I> {
  /** Reads every parameter; what it leaves unread is refused before anything happens. */
  readonly read: (params: Params) => I;
  /** ARN that the permission is needed on; all resources if absent. Null: no permission is needed. */
  readonly resource?: ((input: I, call: Call) => string) | null;
  readonly run: (input: I, call: Call) => WireObject | Promise<WireObject>;
}

export function action<I>(name: string, parts: ActionParts<I>): Action {
  return {
    name,
    async handle(params, call) {
      const input = parts.read(params);
      params.refuseUnread();
      if (parts.resource !== null) call.needs(`${call.service.name}:${name}`, parts.resource?.(input, call));
      return await parts.run(input, call);
    },
  };
}

/** One operation of a JSON service; the message arrives parsed and is read with care. */
export interface JsonAction {
  readonly name: string;
  run(message: JsonReader, call: Call): unknown;
}

/** Reads members of a JSON request; a wrong type is a `SerializationException`-like refusal of the action's making. */
export interface JsonReader {
  text(name: string): string | undefined;
  required(name: string): string;
  texts(name: string): string[];
  flag(name: string): boolean | undefined;
  whole(name: string): number | undefined;
  has(name: string): boolean;
}
