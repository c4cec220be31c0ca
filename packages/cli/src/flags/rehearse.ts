import { buildFlags } from "./build.ts";
import { command } from "./command.ts";
import { bool, integer, text } from "./flag.ts";

export const rehearse = command({
  name: "rehearse",
  synopsis: "build against a local stand-in of EC2",
  usage: "[options] [TEMPLATE]",
  about: [
    "Builds an unchanged template against an EC2-compatible endpoint on this machine, whose instances are throw-away Linux machines. Needs root on Linux.",
    "It is no security boundary: what runs in an instance runs as root on this host's kernel.",
    "Images and the rest of the endpoint's state lie in local-cloud below KILN_STATE_DIR (default: kiln in XDG_STATE_HOME or ~/.local/state). Builds use the endpoint that -serve keeps up there; else they take turns.",
  ],
  flags: {
    serve: bool({ doc: "Keep the endpoint up and print the environment for other clients." }),
    images: bool({ doc: "List the images made so far." }),
    shell: text({ shown: "=IMAGE", doc: "Start a machine from an image and open a shell in it." }),
    "remove-image": text({ shown: "=IMAGE", doc: "Remove an image with its snapshots." }),
    policy: bool({ doc: "Print the least IAM policy that the build needed." }),
    base: text({
      shown: "=PATH",
      doc: "Directory or tarball of the machines' root file system (default: this system's own).",
    }),
    "unknown-images": text({
      shown: "=USER",
      doc: "Let any AMI id that is not known here stand for this system, with the login user USER.",
    }),
    port: integer({ shown: "=N", doc: "Port of the endpoint (default: any free one)." }, 0),
    ...buildFlags,
  },
  positionals: [0, 1],
});
