export type { CloudClock } from "./clock.ts";
export { type FaultPlan, type FaultRule, Faults } from "./faults/faults.ts";
export { ImageNotFoundError, type LocalImage } from "./images/shelf.ts";
export type * from "./machine/contract.ts";
export type { PolicyDocument, PolicyStatement } from "./policy/recorder.ts";
export type { Credentials } from "./protocol/sigv4.ts";
export { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "./start.ts";
export { DirectoryInUseError } from "./state/directory-lock.ts";
