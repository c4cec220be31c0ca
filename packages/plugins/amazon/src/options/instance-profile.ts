import { block, blocks, type ConfigOf, flag, list, ofText, text } from "@kiln/sdk";

/** What the machine itself may do on AWS while it is being built. */
export const instanceProfileOptions = {
  iam_instance_profile: text({ doc: "Instance profile to launch with." }),
  skip_profile_validation: flag({ doc: "Do not check that the profile exists.", fallback: false }),
  temporary_iam_instance_profile_policy_document: block(
    {
      Version: text({ doc: "Version of the policy language.", fallback: "2012-10-17" }),
      Statement: blocks(
        {
          Effect: text({ doc: "Allow or Deny." }),
          Action: list(ofText, { doc: "Actions." }),
          Resource: list(ofText, { doc: "Resources." }),
        },
        { doc: "One statement." },
      ),
    },
    { doc: "Policy of a profile and role that live as long as the build." },
  ),
} as const;
export type InstanceProfileConfig = ConfigOf<typeof instanceProfileOptions>;
