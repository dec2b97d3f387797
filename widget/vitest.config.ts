import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      // The build turns style sheets into text; what they say does not matter here.
      name: "css-text",
      enforce: "pre",
      load: (id) => (id.endsWith(".css") ? "export default '';" : null),
    },
  ],
  test: {
    environment: "happy-dom",
    // The tests put script tags into pages to be found, not to be run.
    environmentOptions: { happyDOM: { settings: { handleDisabledFileLoadingAsSuccess: true } } },
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
  },
});
