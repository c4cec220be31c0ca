import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/**/*.test.ts", "tools/**/*.test.ts"],
    testTimeout: 30_000,
    // Suites that need root, sshd, a cloud peer or minutes live under test/ and run from .ci/run.
    exclude: ["**/node_modules/**", "**/dist/**", "test/**"],
  },
});
