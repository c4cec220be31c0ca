import type { BuildContext, CacheBase } from "@kiln/sdk";
import { type Settings, throughEngine } from "../builder/config.ts";
import { inputsOf } from "../builder/inputs.ts";
import type { SourceImage } from "../builder/steps/pull.ts";
import type { Docker } from "../engine/open-engine.ts";
import { isStoredImage } from "./stored-image.ts";

/** What a container is made of before it is provisioned; undefined where that cannot be known, which is said. */
export async function cacheBase(
  ctx: BuildContext,
  docker: Docker,
  settings: Settings,
  source: SourceImage,
): Promise<CacheBase | undefined> {
  const why = refusal(settings, source);
  if (why !== undefined) {
    ctx.ui.say(`Cache: nothing is reused or stored: ${why}`);
    return undefined;
  }
  const { fix_upload_owner, pty, communicator, ssh_username, ssh_password } = settings;
  const { config } = await inputsOf(settings, ctx.host);
  // The image counts by what it is, however it was named or made.
  const shaping = Object.entries(config as object).filter(([name]) => !["image", "source", "build"].includes(name));
  return {
    inputs: {
      config: { ...Object.fromEntries(shaping), fix_upload_owner, pty, ssh_username },
      files: [],
      facts: { "source image": source.id, "container engine": docker.ref.url ?? docker.ref.program },
    },
    values: {
      ConnType: communicator,
      SourceImageSha256: source.id,
      SourceImageDigest: source.digest,
      ...(!throughEngine(settings) && { User: ssh_username ?? "", Password: ssh_password ?? "" }),
    },
    unusable: async ({ ref }, signal) => {
      if (!isStoredImage(ref)) return "its record names no image";
      const found = await docker.engine.image(ref.name, signal);
      if (!found) return `its image ${ref.name} is gone`;
      return found.id === ref.id ? undefined : `its image ${ref.name} is another one now`;
    },
  };
}

function refusal(settings: Settings, source: SourceImage): string | undefined {
  const { volumes = {}, tmpfs = [], windows_container } = settings;
  if (Object.keys(volumes).length + tmpfs.length > 0)
    return "the container has volumes or tmpfs, and an image does not hold what is in them";
  if (windows_container) return "containers of Windows cannot be committed while they run";
  if (source.id === "") return "the image is not there before docker run fetches it (pull is false)";
  return undefined;
}
