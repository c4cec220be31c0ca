import { action } from "../protocol/action.ts";
import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { InstanceRow, InstanceState } from "../state/rows.ts";
import { instancesOf } from "./instance-lookup.ts";
import { stateWire } from "./instance-wire.ts";
import { readIds } from "./instances.ts";

const incorrectState = (row: InstanceRow, verb: string): ApiError =>
  new ApiError("IncorrectInstanceState", `The instance '${row.id}' is not in a state from which it can be ${verb}.`);

/** Moves instances into a state, in one transaction, and answers with the change as EC2 does. */
function move(
  call: Call,
  rows: readonly InstanceRow[],
  state: InstanceState,
  already: readonly InstanceState[],
  reason?: InstanceRow["stateReason"],
): WireObject {
  const moving = rows.filter((row) => !already.includes(row.state));
  const transition = reason
    ? `User initiated (${call
        .now()
        .replace("T", " ")
        .replace(/\.\d+Z$/, " GMT")})`
    : "";
  call.change((tx) => {
    for (const row of moving) {
      const { stateReason: _, ...rest } = row;
      tx.put("instances", call.region, {
        ...rest,
        state,
        transitionReason: transition,
        ...(reason && { stateReason: reason }),
      });
    }
  });
  return {
    instancesSet: rows.map((row) => ({
      instanceId: row.id,
      currentState: stateWire(moving.includes(row) ? state : row.state),
      previousState: stateWire(row.state),
    })),
  };
}

const userShutdown = {
  code: "Client.UserInitiatedShutdown",
  message: "Client.UserInitiatedShutdown: User initiated shutdown",
};

export const stopInstances = action("StopInstances", {
  read: (p) => ({ ids: readIds(p), force: p.flag("Force"), hibernate: p.flag("Hibernate") ?? false }),
  run: ({ ids, hibernate }, call) => {
    const rows = instancesOf(call, ids);
    const wrong = rows.find(
      (row) => row.state === "terminated" || row.state === "shutting-down" || row.state === "pending",
    );
    if (wrong) throw incorrectState(wrong, "stopped");
    const spot = rows.find((row) => row.spotRequestId !== undefined);
    if (spot) {
      const detail = `You can't stop the Spot Instance '${spot.id}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`;
      throw new ApiError("UnsupportedOperation", detail);
    }
    if (hibernate)
      throw new ApiError("UnsupportedHibernationConfiguration", "The machines of this local cloud do not hibernate.");
    const locked = rows.find((row) => row.disableApiStop);
    if (locked)
      throw new ApiError(
        "OperationNotPermitted",
        `The instance '${locked.id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
      );
    const answer = move(call, rows, "stopping", ["stopped", "stopping"], userShutdown);
    for (const row of rows) call.cloud.lifecycle.stop(call.region, row.id);
    return answer;
  },
});

export const startInstances = action("StartInstances", {
  read: (p) => ({ ids: readIds(p), info: p.text("AdditionalInfo") }),
  run: ({ ids }, call) => {
    const rows = instancesOf(call, ids);
    const wrong = rows.find((row) => row.state !== "stopped" && row.state !== "running" && row.state !== "pending");
    if (wrong) throw incorrectState(wrong, "started");
    const answer = move(call, rows, "pending", ["running", "pending"]);
    for (const row of rows) call.cloud.lifecycle.start(call.region, row.id);
    return answer;
  },
});

export const rebootInstances = action("RebootInstances", {
  read: (p) => readIds(p),
  run: (ids, call) => {
    const rows = instancesOf(call, ids);
    const wrong = rows.find((row) => row.state !== "running");
    if (wrong) throw incorrectState(wrong, "rebooted");
    call.effects();
    for (const row of rows) call.cloud.lifecycle.reboot(call.region, row.id);
    return { return: true };
  },
});

export const terminateInstances = action("TerminateInstances", {
  read: (p) => ({ ids: readIds(p), force: p.flag("Force"), skipOsShutdown: p.flag("SkipOsShutdown") }),
  run: ({ ids }, call) => {
    const rows = instancesOf(call, ids);
    const locked = rows.find((row) => row.disableApiTermination);
    if (locked) {
      throw new ApiError(
        "OperationNotPermitted",
        `The instance '${locked.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
      );
    }
    const answer = move(call, rows, "shutting-down", ["shutting-down", "terminated"], userShutdown);
    for (const row of rows)
      if (row.state !== "terminated" && row.state !== "shutting-down")
        call.cloud.lifecycle.terminate(call.region, row.id);
    return answer;
  },
});
