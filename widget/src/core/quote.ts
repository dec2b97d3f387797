/** Finds a quotation in a page's texts, ignoring differences in white space, quotation marks and dashes. */

export interface Spot {
  /** Index into the list of texts. */
  text: number;
  offset: number;
}

export interface Found {
  start: Spot;
  /** One past the last character. */
  end: Spot;
}

const DROPPED = /[\s\u00ad\u200b-\u200f\u2060\ufeff]|\ufe0e|\ufe0f/u;
const SHORTEST = 12;

/** Normalizes a character for comparison, as on the server (tests/golden/quotes.json). */
function folded(char: string): string {
  if (DROPPED.test(char)) return "";
  const like = char
    .replace(/[‘-‛′]/, "'")
    .replace(/[“-‟«»″]/, '"')
    .replace(/[‐-—−⁻₋]/, "-");
  return like.normalize("NFKD").toUpperCase().toLowerCase();
}

interface Folded {
  text: string;
  spots: Spot[];
}

function foldAll(texts: readonly string[]): Folded {
  const parts: string[] = [];
  const spots: Spot[] = [];
  texts.forEach((value, text) => {
    let offset = 0;
    for (const char of value) {
      const plain = folded(char);
      for (let unit = 0; unit < plain.length; unit++) spots.push({ text, offset });
      parts.push(plain);
      offset += char.length;
    }
  });
  return { text: parts.join(""), spots };
}

const fold = (text: string): string => foldAll([text]).text;

/**
 * Search candidates, best first; the parts of one must appear in order, perhaps with other text in between:
 * the whole quotation, prices with superscript cents, table cells (without the header row), beginning and end
 * around text that is not quoted, the parts around an ellipsis, then the beginning alone.
 */
function candidates(quote: string): string[][] {
  const parts = quote
    .split(/…|\.\.\.|\[…\]/)
    .map(fold)
    .filter((part) => part.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
  const whole = fold(quote);
  const lines = quote.split("\n");
  const cells = lines.slice(lines.length > 1 ? 1 : 0).flatMap((line) => line.split("\t").map(fold));
  const ends = [40, 20, 12, 8]
    .filter((length) => 2 * length <= whole.length)
    .map((length) => [whole.slice(0, length), whole.slice(-length)]);
  const beginnings = [whole.slice(0, 80), whole.slice(0, 40)].filter(
    (text) => text.length >= SHORTEST && text.length < whole.length,
  );
  const alone = [...parts, ...beginnings].map((text) => [text]);
  const rows = quote.includes("\t") ? cells.filter(Boolean) : [];
  return [[whole], [whole.replace(/(\d)\.(?=\d\d(?!\d))/g, "$1")], rows, ...ends, ...alone];
}

/** Whether a match ends at a character boundary: `e` does not match `é`, nor half a syllable a whole one. */
function endsWhole({ text, spots }: Folded, end: number): boolean {
  const [last, next] = [spots[end - 1], spots[end]];
  return (
    !next ||
    !((next.text === last?.text && next.offset === last.offset) || /^\p{M}/u.test(text.slice(end, end + 2)))
  );
}

function indexOf(page: Folded, part: string, from: number): number {
  let at = part ? page.text.indexOf(part, from) : -1;
  while (at >= 0 && !endsWhole(page, at + part.length)) at = page.text.indexOf(part, at + 1);
  return at;
}

/** Where the parts appear in order on the page, as close together as possible. */
function inOrder(page: Folded, [first = "", ...others]: string[]): [number, number] | null {
  const most = 2 * (first + others.join("")).length + 200;
  let best: [number, number] | null = null;
  for (let start = indexOf(page, first, 0); start >= 0; start = indexOf(page, first, start + 1)) {
    let end = start + first.length;
    for (const part of others) {
      const at = indexOf(page, part, end);
      if (at < 0) return best;
      end = at + part.length;
    }
    if (end - start <= (best ? best[1] - best[0] - 1 : most)) best = [start, end];
    if (!others.length) return best;
  }
  return best;
}

/** Finds the quotation in the texts, read as one; null if it is not there. */
export function findQuote(texts: readonly string[], quote: string): Found | null {
  const page = foldAll(texts);
  for (const wanted of candidates(quote)) {
    const found = inOrder(page, wanted);
    const start = found && page.spots[found[0]];
    const last = found && page.spots[found[1] - 1];
    if (!start || !last) continue;
    const char = texts[last.text]?.codePointAt(last.offset) ?? 0;
    return { start, end: { text: last.text, offset: last.offset + (char > 0xffff ? 2 : 1) } };
  }
  return null;
}

/**
 * A URL with a text fragment for a passage on another page. If the passage is long or split, uses its start
 * and end; in a table, those of the last row, since the header stands above the first.
 */
export function fragmentUrl(url: string, quote: string): string {
  const shown = quote.includes("\t") ? quote.slice(quote.lastIndexOf("\n") + 1) : quote;
  const parts = shown.split(/[\t\n…]|\.{3}/).map((part) => part.trim());
  const words = parts.filter(Boolean).map((part) => part.split(/\s+/));
  const encode = (part: string[] = []) => encodeURIComponent(part.join(" ")).replace(/-/g, "%2D");
  const [first, last] = [words[0], words[words.length - 1]];
  const ends = words.length > 1 || (first?.length ?? 0) > 12;
  const text = ends ? `${encode(first?.slice(0, 5))},${encode(last?.slice(-5))}` : encode(first);
  return `${url.split("#")[0]}#:~:text=${text}`;
}

/** Whether a URL is that of the current page; `here`: the URL that the page claims. */
export function isHere(url: string, here: string): boolean {
  return !url || samePage(url, here) || samePage(url, location.href);
}

/** Whether two URLs are the same document: the query counts, the fragment and trailing slash do not. */
export function samePage(a: string, b: string): boolean {
  const plain = (text: string) => {
    try {
      const url = new URL(text);
      return url.origin + url.pathname.replace(/(index\.html?)$/, "").replace(/\/+$/, "") + url.search;
    } catch {
      return text;
    }
  };
  return plain(a) === plain(b);
}
