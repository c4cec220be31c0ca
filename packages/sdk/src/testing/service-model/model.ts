/** A trimmed AWS service model (`service-2.json`), as `tools/ec2-model.ts` writes it. Data; nothing here does I/O. */
export interface ServiceModel {
  readonly metadata: {
    readonly apiVersion: string;
    readonly protocol: string;
    readonly targetPrefix?: string;
    readonly xmlNamespace?: string;
  };
  readonly operations: Readonly<Record<string, ModelOperation>>;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

export interface ModelOperation {
  readonly input?: { readonly shape: string };
  readonly output?: { readonly shape: string; readonly resultWrapper?: string };
}

export interface ModelShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, ModelReference>>;
  readonly required?: readonly string[];
  readonly member?: ModelReference;
  readonly key?: ModelReference;
  readonly value?: ModelReference;
  readonly enum?: readonly string[];
  readonly flattened?: boolean;
  readonly min?: number;
  readonly max?: number;
}

export interface ModelReference {
  readonly shape: string;
  readonly locationName?: string;
  readonly queryName?: string;
  readonly flattened?: boolean;
}

/** What a check found (empty when the message keeps the model) and the message as the model names its members. */
export interface ModelVerdict {
  readonly problems: readonly string[];
  readonly value: Readonly<Record<string, unknown>>;
}

export function shapeOf(model: ServiceModel, name: string): ModelShape {
  const shape = model.shapes[name];
  if (!shape) throw new Error(`the service model has no shape ${name}`);
  return shape;
}

export function operationOf(model: ServiceModel, name: string): ModelOperation {
  const operation = model.operations[name];
  if (!operation) throw new Error(`the service model has no operation ${name}`);
  return operation;
}

/** Does the model serialise as EC2 does (lists flattened in requests, elements called `item` in answers)? */
export function isEc2(model: ServiceModel): boolean {
  return model.metadata.protocol === "ec2";
}

/** The name that a member of a structure bears in a Query request. */
export function requestName(model: ServiceModel, member: string, reference: ModelReference): string {
  if (!isEc2(model)) return reference.locationName ?? member;
  if (reference.queryName !== undefined) return reference.queryName;
  const location = reference.locationName;
  return location === undefined ? member : location.slice(0, 1).toUpperCase() + location.slice(1);
}
