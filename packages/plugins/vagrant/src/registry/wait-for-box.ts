import { isJsonObject, type PostProcessContext, StepError } from "@kiln/sdk";
import type { JsonApi } from "../publish/json-api.ts";

/** HCP makes boxes in the background; the answer names the operation. Waits a minute at the most. */
export async function waitForBox(api: JsonApi, operation: unknown, { ui }: PostProcessContext): Promise<void> {
  if (!isJsonObject(operation) || !isJsonObject(operation.location)) return;
  ui.say("Waiting for box to become available...");
  const { organization_id: organization, project_id: project } = operation.location;
  const path = `/operation/2020-05-05/organizations/${String(organization)}/projects/${String(project)}/operations/${String(operation.id)}/wait?timeout=60s`;
  const { ok, complaint, body } = await api.request("GET", path);
  if (!ok)
    throw new StepError(`Unexpected failure waiting for box to become available: ${complaint} - Please try again.`, {
      code: "vagrant/registry",
    });
  const { operation: after } = body;
  if (isJsonObject(after) && isJsonObject(after.error))
    throw new StepError(
      `Box creation operation reported a failure: ${String(after.error.message)} - Please try again.`,
      {
        code: "vagrant/registry",
      },
    );
  if (!isJsonObject(after) || after.state !== "DONE")
    throw new StepError(
      "Timeout exceeded waiting for box to become available - Please verify box creation in HCP Vagrant and try again.",
      { code: "vagrant/registry" },
    );
}
