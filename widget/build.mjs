// Builds the widget into the server's static files and checks its size budgets.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { minify } from "terser";
import { readAsking, readLocales } from "./locales.mjs";

const LOADER_BUDGET = 4_096;
// What every visitor loads: the loader plus the largest language's thread. Everything else is lazy-loaded.
const WHOLE_BUDGET = 25_000;

const here = dirname(fileURLToPath(import.meta.url));
const { reading, answers, writing, also, rightToLeft } = await readLocales();
const tags = {
  ALSO: JSON.stringify(also),
  LANGUAGES: JSON.stringify(Object.keys(reading)),
  RIGHT_TO_LEFT: JSON.stringify(rightToLeft),
};
const checks = process.argv.includes("--check");
const out =
  process.argv.slice(2).find((argument) => !argument.startsWith("--")) ??
  join(here, "../server/answerback/static");

// Design tokens, which our own pages use unprocessed: `var(--token-accent)` becomes the value of `--accent`.
const tokensFile = join(here, "../server/answerback/web/assets/tokens.css");
const tokens = new Map(
  [...(await readFile(tokensFile, "utf8")).matchAll(/^ {2}--([a-z-]+): (.+);$/gm)].map(([, name, value]) => [
    name,
    value,
  ]),
);

function withTokens(sheet, path) {
  return sheet.replaceAll(/var\(--token-([a-z-]+)\)/g, (_, name) => {
    if (!tokens.has(name)) throw new Error(`${path} names a token that does not exist: ${name}`);
    return tokens.get(name);
  });
}

/** Loads style sheets as minified text. */
const cssText = {
  name: "css-text",
  setup(plugin) {
    plugin.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(withTokens(await readFile(path, "utf8"), path), {
        loader: "css",
        minify: true,
        target: "es2022",
      });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

// Names to mangle, the same in every bundle: multi-word text names and our own most used properties. None is
// a browser or API name (test/words.test.ts checks this), an attribute, or a key in browser storage.
const own = JSON.parse(await readFile(join(here, "own_names.json"), "utf8"));
const texts = { ...reading.en, ...answers.en, ...writing.en };
const long = [...own, ...Object.keys(texts).filter((name) => /[A-Z]/.test(name))];
const letter = (index) => String.fromCharCode(97 + (index % 26));
const short = Object.fromEntries(
  long.map((name, index) => [name, letter(index) + (Math.floor(index / 26) || "")]),
);

// What lazy-loaded parts share with the main bundle: the names that `src/kit.ts` exports, by module.
const kit = new Map(
  [
    ...(await readFile(join(here, "src/kit.ts"), "utf8")).matchAll(
      /export \{([^}]+)\} from "\.\/([^"]+)\.js"/g,
    ),
  ].map(([, names, module]) => [join(here, "src", `${module}.ts`), names.split(/[\s,]+/).filter(Boolean)]),
);
const kitNames = [...kit.values()].flat();

/** In a lazy-loaded part, resolves kit modules to the kit that is passed in. */
const handed = {
  name: "handed",
  setup(plugin) {
    plugin.onResolve({ filter: /^\.+\/.*\.js$/ }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path.replace(/js$/, "ts"));
      return kit.has(file) ? { path: file, namespace: "kit", sideEffects: false } : null;
    });
    plugin.onLoad({ filter: /./, namespace: "kit" }, ({ path }) => ({
      contents: kit
        .get(path)
        .map((name) => `export const ${name} = kit[${kitNames.indexOf(name)}];`)
        .join(""),
    }));
  },
};

const FETCHED = `import { ${kitNames.join()} } from "./kit.js";
import { fetched } from "./retrying.js";
const kit = () => [${kitNames.join()}];
const demanded = file => fetched(new URL(file, import.meta.url).href).then(part => part.default(kit()));
`;

/** Rewrites dynamic imports to fetch the built file by its hashed name. */
const onDemand = (files) => ({
  name: "on-demand",
  setup(plugin) {
    plugin.onLoad({ filter: /\/parts\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const named = source.replaceAll(/(?<!typeof )import\("\.\/(\w+)(?:\/index)?\.js"\)/g, (_, name) => {
        const file = JSON.stringify(files[name].replace("answerback/", "./"));
        // The call is inside a function that takes the language as `_lang`.
        return `demanded(${file}${file.includes("@") ? '.replace("@", _lang)' : ""})`;
      });
      return { contents: FETCHED + named, loader: "ts" };
    });
  },
});

// gzip has a 32 kB window: placing similar modules side by side saves 600 bytes. Found by experiment. Only
// modules without side effects are reordered.
const ORDER = (
  "styles/all retrying live rows core/time locale session dom constants core/allowance elements/comments " +
  "elements/ask core/tree elements/base_element store elements/composer core/texts"
).split(" ");

async function bundle({ ordered = false, wrapped = false, plugins = [], ...options }) {
  const result = await build({
    bundle: true,
    minify: true,
    write: false,
    target: "es2022",
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    legalComments: "none",
    charset: "utf8",
    logLevel: "warning",
    plugins: [cssText, ...plugins],
    mangleProps: new RegExp(`^(${Object.keys(short).join("|")})$`),
    mangleCache: short,
    ...options,
  });
  const [{ text }] = result.outputFiles;
  const whole = wrapped ? `export default kit => { ${text} return part; }` : text;
  // terser shrinks esbuild's output by another 5%. Not inlining values (`reduce_vars`) helps gzip.
  const { code } = await minify(whole, {
    module: wrapped || options.format === "esm",
    ecma: 2020,
    // Our getters have no side effects, so unused reads can be dropped; none of our functions is a
    // constructor.
    compress: {
      reduce_vars: !ordered,
      lhs_constants: false,
      passes: 3,
      pure_getters: true,
      unsafe: true,
      unsafe_arrows: true,
      unsafe_methods: true,
    },
  });
  return Buffer.from(code);
}

function hashed(name, bytes) {
  return `answerback/${name}-${createHash("sha256").update(bytes).digest("hex").slice(0, 10)}.js`;
}

const asking = await readAsking();
const files = new Map();

/** Builds a part under a content-hashed name and returns that name. */
async function part(name, contents, options = {}) {
  const stdin = { contents, resolveDir: join(here, "src") };
  const bytes = await bundle({ stdin, format: "esm", ...options });
  const file = hashed(name, bytes);
  files.set(file, bytes);
  return file;
}

/** Serializes texts as code, with their mangled names. */
const coded = (texts) =>
  typeof texts === "string"
    ? JSON.stringify(texts)
    : Array.isArray(texts)
      ? `[${texts.map(coded).join()}]`
      : `{${Object.entries(texts)
          .map(([name, text]) => `${short[name] ?? name}:${coded(text)}`)
          .join()}}`;
const languages = Object.keys(reading);
/** Creates one file per language, all sharing one hash; returns the name with `@` for the language. */
function perLanguage(name, contentOf) {
  const made = languages.map((lang) => [lang, Buffer.from(contentOf(lang))]);
  const file = hashed(`${name}@`, Buffer.concat(made.map(([, bytes]) => bytes)));
  for (const [lang, bytes] of made) files.set(file.replace("@", lang), bytes);
  return file;
}
const LANGUAGE_FILE = JSON.stringify(perLanguage("", (lang) => `export default${coded(reading[lang])}`));
const WRITING_FILE = JSON.stringify(perLanguage("words-", (lang) => `export default${coded(writing[lang])}`));
/** Options for a lazy-loaded part: a function of the kit. */
const demandedOptions = {
  format: "iife",
  globalName: "part",
  wrapped: true,
  plugins: [handed],
  define: asking,
};
const demanded = (name, module) => part(name, `export * from "${module}";`, demandedOptions);
const answersCode = String(
  await bundle({
    stdin: { contents: 'export * from "./answers/index.js";', resolveDir: join(here, "src") },
    ...demandedOptions,
  }),
);
const onDemandFiles = {
  answers: perLanguage("answers-", (lang) =>
    answersCode.replace(/\bANSWER_TEXTS\b/, () => coded(answers[lang])),
  ),
  highlight: await demanded("highlight", "./highlight.js"),
  looks: await demanded("looks", "./looks.js"),
  writing: await demanded("writing", "./writing/index.js"),
};
const modules = [...ORDER, "widget"].map((name) => `import "./${name}.js";`).join("");
// Bundled once; each language's texts then replace the placeholders.
const learns = `import { learn } from "./locale.js"; learn(LANG, TEXTS); export * from "./widget.js";`;
const thread = String(
  await bundle({
    stdin: { contents: modules + learns, resolveDir: join(here, "src") },
    format: "esm",
    ordered: true,
    define: { ...tags, LANGUAGE_FILE, WRITING_FILE },
    plugins: [onDemand(onDemandFiles)],
  }),
);
const THREAD_FILE = JSON.stringify(
  perLanguage("thread-", (lang) =>
    thread.replace(/\bLANG,TEXTS\b/, () => `${JSON.stringify(lang)},${coded(reading[lang])}`),
  ),
);
const countTexts = Object.fromEntries(languages.map((lang) => [lang, reading[lang].comments]));
const mistakes = await part("mistakes", 'export * from "./mistakes.js";');
const count = await part("count", 'export * from "./elements/count.js";', {
  define: { ...tags, COUNT_TEXTS: JSON.stringify(countTexts) },
});
const loader = await bundle({
  entryPoints: [join(here, "src/index.ts")],
  format: "iife",
  define: {
    ...tags,
    THREAD_FILE,
    COUNT_FILE: JSON.stringify(count),
    MISTAKES_FILE: JSON.stringify(mistakes),
  },
});
files.set("answerback.js", loader);

// The style sheet that `/embed/thread.html` uses before any script has run.
const { css } = await import(
  `data:text/javascript;base64,${(
    await bundle({
      stdin: {
        contents:
          'import { css } from "./all.js"; import answer from "./answer.css"; import still from "./still.css"; export default css + answer + still;',
        resolveDir: join(here, "src/styles"),
      },
      format: "esm",
    })
  ).toString("base64")}`
).then((made) => ({ css: Buffer.from(made.default) }));
files.set(hashed("sheet", css).replace(/js$/, "css"), css);

await mkdir(join(out, "answerback"), { recursive: true });
const sizes = new Map();
for (const [name, bytes] of files) {
  const gzip = gzipSync(bytes, { level: 9 });
  await writeFile(join(out, name), bytes);
  await writeFile(join(out, `${name}.gz`), gzip);
  await writeFile(join(out, `${name}.br`), brotliCompressSync(bytes));
  sizes.set(name, gzip.length);
}
for (const old of await readdir(join(out, "answerback"))) {
  if (!files.has(`answerback/${old.replace(/\.(br|gz)$/, "")}`)) await rm(join(out, "answerback", old));
}

for (const [name, bytes] of files) {
  const small = sizes.get(name);
  console.log(
    `${name.padEnd(40)} ${String(bytes.length).padStart(7)} bytes ${String(small).padStart(7)} gzip`,
  );
  if (name === "answerback.js" && small > LOADER_BUDGET)
    overBudget(`The loader is over its ${LOADER_BUDGET} bytes.`);
}
const threadSizes = languages.map((lang) => sizes.get(JSON.parse(THREAD_FILE).replace("@", lang)));
const whole = sizes.get("answerback.js") + Math.max(...threadSizes);
console.log(
  `${"what every visitor loads".padEnd(40)} ${"".padStart(7)}       ${String(whole).padStart(7)} gzip (at most ${WHOLE_BUDGET})`,
);
if (whole > WHOLE_BUDGET) overBudget("The widget is over its budget.");

// Only `make check` fails on this: going over the budget must not block a build.
function overBudget(message) {
  console.error(message);
  if (checks) process.exitCode = 1;
}
