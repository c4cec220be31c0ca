import { block, blocks, type ConfigOf, flag, list, map, ofText, text } from "@kiln/sdk";

const filterFields = {
  filters: map(ofText, { doc: "EC2 filter names and values; commas separate alternatives." }),
  filter: blocks(
    { name: text({ doc: "Name of the filter." }), value: text({ doc: "Value, or values separated by commas." }) },
    { doc: "One filter; adds to filters." },
  ),
} as const;

export const securityGroupFilter = block(filterFields, { doc: "Finds the security groups to use; all that match." });
export const vpcFilter = block(filterFields, { doc: "Finds the VPC to build in; exactly one must match." });
export const subnetFilter = block(
  {
    ...filterFields,
    most_free: flag({ doc: "Of several, take the subnet with the most free addresses.", fallback: false }),
    random: flag({ doc: "Of several, take any.", fallback: false }),
  },
  { doc: "Finds the subnet to build in." },
);
/** What `source_ami_filter` and the `amazon-ami` data source ask for. */
export const imageFilterFields = {
  filters: map(ofText, { doc: "EC2 image filters; commas separate alternatives." }),
  owners: list(ofText, { doc: "Accounts, `self`, `amazon` or `aws-marketplace`: who may own the image." }),
  most_recent: flag({ doc: "Of several, take the newest.", fallback: false }),
  include_deprecated: flag({ doc: "Consider deprecated images too.", fallback: false }),
} as const;
export type ImageFilter = ConfigOf<typeof imageFilterFields>;
export type Filters = ConfigOf<typeof filterFields>;
