import { defineConfig } from "vitest/config";

/** Suites on real components: they need root, Debian's packages or minutes. Run by `.ci/run`. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Real machines, ports and peers: two at a time is what two cores bear.
    maxWorkers: 2,
    allowOnly: false,
  },
});
