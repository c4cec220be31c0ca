import { block, blocks, type ConfigOf, flag, num, text } from "@kiln/sdk";

const template = {
  enable_fast_launch: flag({ doc: "Prepare snapshots so that Windows starts faster." }),
  template_id: text({ doc: "Launch template to prepare with." }),
  template_name: text({ doc: "Launch template to prepare with, by name." }),
  template_version: num({ doc: "Version of the launch template; the latest when not set." }),
} as const;

export const fastLaunchOptions = {
  fast_launch: block(
    {
      ...template,
      region_launch_templates: blocks(
        { ...template, region: text({ doc: "Region that this is for." }) },
        { doc: "Launch templates of the copies' regions." },
      ),
      max_parallel_launches: num({ doc: "Instances that prepare at the same time; 6 at least." }),
      target_resource_count: num({ doc: "Prepared snapshots to keep." }),
    },
    { doc: "Faster launching of Windows images." },
  ),
} as const;
export type FastLaunchConfig = ConfigOf<typeof fastLaunchOptions>;
