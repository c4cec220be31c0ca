import { type ConfigOf, diagnosticsOf } from "@kiln/sdk";
import { FakeBuild, FakeHost, fakePrepareContext } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { fakeEngine } from "../engine/fake-engine.ts";
import type { Docker } from "../engine/open-engine.ts";
import { type config, settingsOf } from "./config.ts";
import { dockerBuilder } from "./index.ts";
import { buildArguments } from "./steps/build-image.ts";
import { changesKeeping } from "./steps/commit.ts";
import { connectToContainer } from "./steps/connect.ts";
import { givenName, runArguments } from "./steps/run.ts";

type Given = Partial<ConfigOf<typeof config>>;
const configured = (given: Given): ConfigOf<typeof config> => ({
  communicator: "docker",
  commit: false,
  discard: false,
  docker_path: "docker",
  privileged: false,
  pty: false,
  fix_upload_owner: true,
  windows_container: false,
  ...given,
});

describe("the configuration", () => {
  const host = new FakeHost({ files: { "/project/Dockerfile": "FROM x", "/project/out/file": "" } });
  const said = async (given: Given): Promise<readonly string[]> => {
    const result = await dockerBuilder.prepare(configured(given), fakePrepareContext({ host }));
    return diagnosticsOf(result).map((d) => `${d.severity} ${d.code}: ${d.summary}`);
  };
  it.each<[string, Given, readonly string[]]>([
    ["is whole", { image: "a", commit: true }, []],
    [
      "needs an image and a result, and says both at once",
      {},
      [
        "error docker/no-source: missing 'image' attribute or 'build' section, either needs to be specified for a build to run.",
        "error docker/no-result: No instructions given for handling the artifact; expected commit, discard, or export_path",
      ],
    ],
    [
      "has one result",
      { image: "a", commit: true, export_path: "x.tar" },
      ["error docker/many-results: Cannot specify more than one of commit, discard, and export_path"],
    ],
    [
      "exports to a file",
      { image: "a", export_path: "out" },
      ["error docker/export-directory: export_path must be a file, not a directory"],
    ],
    [
      "starts from an image or a Dockerfile",
      { image: "a", pull: true, discard: true, build: { path: "Dockerfile" } },
      [
        "error docker/image-and-build: `image` cannot be specified with a build config",
        "warning docker/pull-and-build: `pull` has no effect with a build config",
      ],
    ],
    [
      "names the Dockerfile",
      { discard: true, build: {} },
      ["error docker/no-dockerfile: `path` is required for bootstrapping a build with `docker build`"],
    ],
    [
      "names one that is there",
      { discard: true, build: { path: "nowhere" } },
      ["error docker/dockerfile-missing: The Dockerfile nowhere does not exist"],
    ],
    [
      "has no other name than the image's in run_command",
      { image: "a", discard: true, run_command: ["-d", "{{.Image}}", "{{.Nope}}"] },
      ["error docker/run-command: run_command: can't evaluate field Nope in type *docker.startContainerTemplate"],
    ],
    [
      "names the registry of ECR",
      { image: "a", discard: true, ecr_login: true },
      ["error docker/no-login-server: ECR login requires login server to be provided."],
    ],
  ])("%s", async (_, given, expected) => {
    expect(await said(given)).toEqual(expected);
  });
});

it("takes windows_container for what the container runs, not the communicator's name", async () => {
  const kindOf = async (given: Given): Promise<string> => {
    const docker = { engine: fakeEngine() } as unknown as Docker;
    const connected = await connectToContainer(new FakeBuild(), docker, settingsOf(configured(given)), "c1", "/tmp/t");
    return connected.communicator.kind;
  };
  expect(await kindOf({ communicator: "dockerWindowsContainer" })).toBe("docker");
  expect(await kindOf({ windows_container: true })).toBe("dockerWindowsContainer");
});

describe("the arguments of docker run", () => {
  const args = (given: Given, env = {}): string =>
    runArguments(new FakeBuild({ host: new FakeHost({ env }) }), settingsOf(configured(given)), "img", "/tmp/t").join(
      " ",
    );
  it("have defaults", () => {
    expect(args({})).toBe("-v /tmp/t:/packer-files -d -i -t --entrypoint=/bin/sh -- img");
  });
  it("are those of Windows", () => {
    expect(args({ windows_container: true })).toBe("-v /tmp/t:c:/packer-files -d -i -t --entrypoint=powershell -- img");
    expect(settingsOf(configured({ windows_container: true })).communicator).toBe("dockerWindowsContainer");
    expect(settingsOf(configured({ windows_container: true, communicator: "winrm" })).communicator).toBe("winrm");
  });
  it("follow every option, in Packer's order", () => {
    const all = args(
      {
        device: ["/dev/a", "/dev/b"],
        cap_add: ["A"],
        cap_drop: ["B"],
        privileged: true,
        runtime: "crun",
        platform: "linux/arm64",
        tmpfs: ["/t"],
        volumes: { "~/x": "/x", "/y": "/y:ro" },
        container_dir: "/shared",
        run_command: ["-d", "{{.Image}}", "of {{.Image}}"],
      },
      { HOME: "/home/me" },
    );
    expect(all).toBe(
      "--device /dev/a --device /dev/b --cap-add A --cap-drop B --privileged --runtime crun --platform linux/arm64 --tmpfs /t -v /home/me/x:/x -v /y:/y:ro -v /tmp/t:/shared -d img of img",
    );
  });
  it("may name the container", () => {
    expect(givenName(["-d", "--name", "a", "img"])).toBe("a");
    expect(givenName(["-d", "--name=a", "--", "img", "--name=b"])).toBe("a");
    expect(givenName(["-d", "--", "img", "--name", "b"])).toBeUndefined();
  });
});

it("builds a Dockerfile as told", () => {
  const whole = {
    path: "d/Dockerfile",
    build_dir: "ctx",
    arguments: { A: "1", B: "x y" },
    pull: false,
    compress: true,
  };
  expect(buildArguments({ path: "d/Dockerfile" }, undefined, "/p")).toEqual([
    "-f",
    "/p/d/Dockerfile",
    "--pull",
    "/p/d",
  ]);
  expect(buildArguments(whole, "linux/arm64", "/p").join("|")).toBe(
    "-f|/p/d/Dockerfile|--platform|linux/arm64|--compress|--build-arg|A=1|--build-arg|B=x y|/p/ctx",
  );
});

describe("a committed image", () => {
  it("keeps command and entrypoint of its source", () => {
    expect(changesKeeping(["ENV A=b"], { command: ["a", "b c"], entrypoint: ["/e"] })).toEqual([
      "ENV A=b",
      'CMD ["a","b c"]',
      'ENTRYPOINT ["/e"]',
    ]);
    expect(changesKeeping([], { command: [], entrypoint: [] })).toEqual(["CMD []", 'ENTRYPOINT [""]']);
  });
  it("has what the template says instead", () => {
    expect(changesKeeping([" cmd x", "ENTRYPOINT y"], { command: ["a"], entrypoint: ["b"] })).toEqual([
      " cmd x",
      "ENTRYPOINT y",
    ]);
  });
});
