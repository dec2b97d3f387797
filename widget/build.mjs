// Builds the widget into the server's static files and holds it to its budget of bytes.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { minify } from "terser";

const LOADER_BUDGET = 4_096;
// What one visitor can load in all: the loader, the count, the thread, and the largest of the languages.
const WHOLE_BUDGET = 30_000;
const LANGUAGES = ["en", "ko"];

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "../server/answerback/static");

/** Style sheets as minified text. */
const cssText = {
  name: "css-text",
  setup(plugin) {
    plugin.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), {
        loader: "css",
        minify: true,
        target: "es2022",
      });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

async function bundle(entry, options) {
  const result = await build({
    entryPoints: [join(here, "src", entry)],
    bundle: true,
    minify: true,
    write: false,
    target: "es2022",
    legalComments: "none",
    charset: "utf8",
    logLevel: "warning",
    plugins: [cssText],
    ...options,
  });
  // What esbuild leaves, terser makes smaller by a twentieth.
  const { code } = await minify(result.outputFiles[0].text, {
    module: options.format === "esm",
    ecma: 2020,
    compress: { passes: 4, pure_getters: true, keep_fargs: false },
  });
  return Buffer.from(code);
}

function hashed(name, bytes) {
  return `answerback/${name}-${createHash("sha256").update(bytes).digest("hex").slice(0, 10)}.js`;
}

const files = new Map();
const languageFiles = {};

/** Builds a part under a name of its content; returns that name. */
async function part(name, entry, define = {}) {
  const bytes = await bundle(entry, { format: "esm", define });
  const file = hashed(name, bytes);
  files.set(file, bytes);
  return file;
}

for (const lang of LANGUAGES) languageFiles[lang] = await part(lang, `lang/${lang}.ts`);
const threadFile = await part("thread", "widget.ts", { LANGUAGE_FILES: JSON.stringify(languageFiles) });
const countFile = await part("count", "counting.ts");
const loader = await bundle("index.ts", {
  format: "iife",
  define: { THREAD_FILE: JSON.stringify(threadFile), COUNT_FILE: JSON.stringify(countFile) },
});
files.set("answerback.js", loader);

await mkdir(join(out, "answerback"), { recursive: true });
for (const [name, bytes] of files) await writeFile(join(out, name), bytes);
for (const old of await readdir(join(out, "answerback"))) {
  if (!files.has(`answerback/${old}`)) await rm(join(out, "answerback", old));
}

const sizes = new Map();
for (const [name, bytes] of files) {
  const small = gzipSync(bytes, { level: 9 }).length;
  sizes.set(name, small);
  console.log(
    `${name.padEnd(40)} ${String(bytes.length).padStart(7)} bytes ${String(small).padStart(7)} gzip`,
  );
  if (name === "answerback.js" && small > LOADER_BUDGET) {
    console.error(`The loader is over its ${LOADER_BUDGET} bytes.`);
    process.exitCode = 1;
  }
}
const languageSizes = Object.values(languageFiles).map((name) => sizes.get(name));
const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);
const whole = sum([...sizes.values()]) - sum(languageSizes) + Math.max(...languageSizes);
console.log(
  `${"what one visitor can load in all".padEnd(40)} ${"".padStart(7)}       ${String(whole).padStart(7)} gzip (at most ${WHOLE_BUDGET})`,
);
if (whole > WHOLE_BUDGET) {
  console.error("The widget is over its budget.");
  process.exitCode = 1;
}
