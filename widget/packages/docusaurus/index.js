/**
 * Adds comments and an ask box below each doc and blog post, except those with `comments: false` in their
 * front matter.
 */

import { fileURLToPath } from "node:url";

export default function answerback(_context, { server, site, theme, lang, integrity }) {
  const src = `${server.replace(/\/+$/, "")}/${integrity ? "v1/" : ""}answerback.js`;
  const attributes = {
    src,
    async: true,
    "data-site": site,
    "data-mode": "none",
    ...(theme && { "data-theme": theme }),
    ...(lang && { "data-lang": lang }),
    ...(integrity && { integrity, crossorigin: "anonymous" }),
  };
  return {
    name: "answerback",
    getThemePath: () => fileURLToPath(new URL("theme", import.meta.url)),
    injectHtmlTags: () => ({ headTags: [{ tagName: "script", attributes }] }),
  };
}

/** Throws an error that names the missing option. */
export function validateOptions({ options }) {
  for (const name of ["server", "site"]) {
    if (typeof options[name] !== "string" || !options[name]) {
      throw new Error(`@answerback/docusaurus needs the option "${name}".`);
    }
  }
  return options;
}
