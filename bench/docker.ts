import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { containerImage } from "../test/beds/container-image.ts";
import type { Bench, Benchmark } from "./benchmarks.ts";

/** On every image made here, to take away what the rounds before made. */
const mark = "kiln.bench=1";

/** The docker builder against the peer and the bare docker commands. Source of the limits: issue 4. */
export async function dockerBenchmarks(bench: Bench): Promise<readonly Benchmark[]> {
  const image = await containerImage();
  const large = join(bench.work, "f64");
  const small = join(bench.work, "small.txt");
  writeFileSync(large, randomBytes(64 << 20));
  writeFileSync(small, "hello file\n");
  const one = (
    name: string,
    wall: number,
    builder: object,
    provisioners: readonly object[],
    more: Partial<Benchmark> = {},
  ): Benchmark => {
    const path = join(bench.work, `${name.replace(/\W+/g, "-")}.json`);
    const builders = [{ type: "docker", image, pull: false, ...builder }];
    writeFileSync(path, JSON.stringify({ builders, provisioners }));
    const command = (binary: string) => ({
      argv: [binary, "build", "-color=false", path],
      cwd: bench.work,
      before: `docker images -q --filter label=${mark} | sort -u | xargs -r docker rmi -f`,
    });
    return { name, wall, rounds: 5, command, ...more };
  };
  const shell = { type: "shell", inline: ["echo hi > /etc/built", "uname -a"] };
  const file = { type: "file", source: small, destination: "/etc/f.txt" };
  const bare = `set -e
c=$(docker run -d -i --entrypoint=/bin/sh ${image})
docker exec -i $c sh -c 'echo hi > /etc/built; uname -a'
docker cp ${small} $c:/etc/f.txt
docker commit --change 'LABEL ${mark}' $c >/dev/null
docker rm -f $c`;
  return [
    one("docker: commit, shell and file", 0.75, { commit: true, changes: [`LABEL ${mark}`] }, [shell, file], {
      bare: { command: { argv: ["sh", "-c", bare] }, seconds: 0.35 },
    }),
    one("docker: 10 shell provisioners", 0.25, { discard: true }, Array(10).fill({ type: "shell", inline: ["true"] }), {
      rounds: 3,
    }),
    one("docker: a file of 64 MiB", 0.35, { discard: true }, [
      { type: "file", source: large, destination: "/root/f64" },
    ]),
  ];
}
