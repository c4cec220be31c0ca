export type { CloudClock } from "./clock.ts";
export { type FaultPlan, type FaultRule, Faults } from "./faults/faults.ts";
export { ImageNotFoundError, type LocalImage, launchStoredImage, storedImages } from "./images/shelf.ts";
export { type JoinedCloud, joinLocalCloud } from "./join.ts";
export type * from "./machine/contract.ts";
export { createMachines, type MachinesOptions } from "./machine/create-machines.ts";
export { MachineError } from "./machine/machine-error.ts";
export type { PolicyDocument, PolicyStatement } from "./policy/recorder.ts";
export type { Credentials } from "./protocol/sigv4.ts";
export { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "./start.ts";
export {
  DirectoryInUseError,
  type DirectoryLock,
  type DirectoryOwner,
  lockDirectory,
} from "./state/directory-lock.ts";
