import { defineConfig } from "vitest/config";
import { readAsking, readLocales } from "./locales.mjs";

const { reading, also, rightToLeft } = await readLocales();

export default defineConfig({
  plugins: [
    {
      // The build turns style sheets into text; what they say does not matter here.
      name: "css-text",
      enforce: "pre",
      load: (id) => (id.endsWith(".css") ? "export default '';" : null),
    },
  ],
  define: {
    ...(await readAsking()),
    LANGUAGES: JSON.stringify(Object.keys(reading)),
    LANGUAGE_FILE: JSON.stringify("@.js"),
    ANSWER_TEXTS: "{}",
    AGO: JSON.stringify(Object.fromEntries(Object.entries(reading).map(([lang, { ago }]) => [lang, ago]))),
    ALSO: JSON.stringify(also),
    RIGHT_TO_LEFT: JSON.stringify(rightToLeft),
    COUNT_TEXTS: JSON.stringify(
      Object.fromEntries(Object.entries(reading).map(([lang, { comments }]) => [lang, comments])),
    ),
    // test/setup.ts has them already.
    WRITING_FILE: JSON.stringify("data:text/javascript,export default {}"),
  },
  test: {
    environment: "happy-dom",
    // The tests put script tags into pages to be found, not to be run.
    environmentOptions: { happyDOM: { settings: { handleDisabledFileLoadingAsSuccess: true } } },
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
  },
});
