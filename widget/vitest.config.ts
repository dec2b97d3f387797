import { defineConfig } from "vitest/config";
import { readAsking, readLocales } from "./locales.mjs";

const locales = Object.entries((await readLocales()).reading);
const byLanguage = (of: (lang: string, texts: { comments: object }) => unknown) =>
  JSON.stringify(Object.fromEntries(locales.map(([lang, texts]) => [lang, of(lang, texts)])));

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
    LANGUAGE_FILES: byLanguage((lang) => `${lang}.js`),
    // test/setup.ts has them already.
    WRITING_FILES: byLanguage(() => "data:text/javascript,export default {}"),
    COUNT_TEXTS: byLanguage((_, texts) => texts.comments),
  },
  test: {
    environment: "happy-dom",
    // The tests put script tags into pages to be found, not to be run.
    environmentOptions: { happyDOM: { settings: { handleDisabledFileLoadingAsSuccess: true } } },
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
  },
});
