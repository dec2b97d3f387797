/** The widget's texts, by language, from the files that the server reads too. */

import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "../server/answerback/i18n/locales");

export async function readLocales() {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".json")).sort();
  const texts = names.map(async (name) => {
    const { widget } = JSON.parse(await readFile(join(FOLDER, name), "utf8"));
    return [name.slice(0, -".json".length), widget];
  });
  return Object.fromEntries(await Promise.all(texts));
}
