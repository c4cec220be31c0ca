import type { FastLaunchConfig } from "../options/fast-launch.ts";
import type { ImageConfig } from "../options/image.ts";
import type { Refusals } from "./refusals.ts";

export function checkFastLaunch(
  config: FastLaunchConfig & Pick<ImageConfig, "ami_regions"> & { readonly region?: string },
  refuse: Refusals,
): void {
  const options = config.fast_launch;
  if (!options) return;
  if (options.template_id && options.template_name) {
    refuse.error(
      ["fast_launch"],
      "fast-launch",
      "Only one of template_id or template_name can be specified for fast_launch",
    );
  }
  if (options.max_parallel_launches !== undefined && options.max_parallel_launches < 6) {
    refuse.error(["fast_launch", "max_parallel_launches"], "fast-launch", "max_parallel_launches must be at least 6");
  }
  for (const [i, template] of (options.region_launch_templates ?? []).entries()) {
    const path = ["fast_launch", "region_launch_templates", i];
    const { region } = template;
    if (!region) {
      refuse.error(path, "fast-launch", "region_launch_templates needs a region");
      continue;
    }
    if (config.region && region !== config.region && !config.ami_regions?.includes(region)) {
      refuse.error(
        path,
        "fast-launch",
        `Launch template specified for enabling fast-launch on region ${JSON.stringify(region)}, but the image is not copied there: ` +
          "add it to ami_regions",
      );
    }
    if (template.template_id && template.template_name) {
      refuse.error(
        path,
        "fast-launch",
        `Only one of template_id or template_name can be specified for region ${region}`,
      );
    }
  }
}
