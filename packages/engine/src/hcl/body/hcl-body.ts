import { type Expression, type Body as HclSyntaxBody, rangeOf, type Span, type Value } from "@kiln/hcl";
import {
  type Body,
  type Checked,
  type ConfigOf,
  type Decoded,
  type DecodeOptions,
  type EvalScope,
  type Schema,
  type SourceRange,
  verdict,
} from "@kiln/sdk";
import { settled } from "../evaluation.ts";
import { HclScope } from "../hcl-scope.ts";
import { Decoder } from "./decoder.ts";

export interface HclBodyParts {
  /** The component's block. */
  readonly span: Span;
  /** The block's body and those merged with it: a source, and what a build adds to it. */
  readonly bodies: readonly HclSyntaxBody[];
  /** Names of attributes that are the engine's. */
  readonly reserved?: ReadonlySet<string>;
  /** Options laid over, the strongest last: members of an `override` object. */
  readonly overrides?: readonly { readonly value: Value; readonly span: Span }[];
}

/** A component's options in HCL2. */
export class HclBody implements Body {
  readonly parts: HclBodyParts;

  constructor(parts: HclBodyParts) {
    this.parts = parts;
  }

  get range(): SourceRange {
    return rangeOf(this.parts.span);
  }

  async decode<S extends Schema>(
    schema: S,
    scope: EvalScope,
    options: DecodeOptions = {},
  ): Promise<Checked<Decoded<ConfigOf<S>>>> {
    if (!(scope instanceof HclScope)) throw new TypeError("an HCL2 body was given the scope of another syntax");
    const { decoder, config } = await settled(() => {
      const fresh = new Decoder(this.parts, scope, options.functions ?? {});
      return { decoder: fresh, config: fresh.decode(schema) };
    });
    const decoded: Decoded<ConfigOf<S>> = {
      config: config as ConfigOf<S>,
      at: (...path) => {
        const place = decoder.places.find(path);
        return place ? rangeOf(place) : this.range;
      },
      late: decoder.late,
      secrets: decoder.secrets,
    };
    return verdict(decoded, decoder.found);
  }

  overlay(other: Body): Body {
    if (!(other instanceof HclBody)) throw new TypeError("an HCL2 body was laid under one of another syntax");
    const overrides = [...(this.parts.overrides ?? []), ...(other.parts.overrides ?? [])];
    return new HclBody({ ...this.parts, bodies: [...this.parts.bodies, ...other.parts.bodies], overrides });
  }
}

/** The options of one member of an `override` object. */
export function overrideBody(value: Value, expression: Expression): HclBody {
  return new HclBody({ span: expression, bodies: [], overrides: [{ value, span: expression }] });
}
