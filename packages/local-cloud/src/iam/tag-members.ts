import type { WireObject } from "../protocol/wire.ts";
import type { Tags } from "../state/rows.ts";

export const tagMembers = (tags: Tags): WireObject[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
