/** The background behind an element: whether it is dark, and when that changes. */

const COLOR = /(?:rgba?|color|(?:ok)?l(?:ab|ch))\([^()]+\)/g;

/** Brightness from 0 to 1 of a computed color in any notation; null if it is transparent. */
export function brightness(color: string): number | null {
  const [name = "", ...rest] = color.split(/[(\s]+/);
  const space = name === "color" ? rest.shift() : "";
  const [a = 0, b = 0, c = 0, alpha = 1] = rest
    .join(" ")
    .match(/[\d.e-]+%?|none/g)
    ?.map((each) => Number.parseFloat(each) || 0) ?? [0, 0, 0, 0];
  if (!(alpha >= 0.5)) return null;
  // Use the given lightness: OKLab's is lower than that of sRGB grays.
  if (/^ok/.test(name)) return a ** 1.36;
  if (/^l/.test(name)) return a / 100;
  if (space?.startsWith("xyz")) return b ** 0.45;
  return (0.2126 * a + 0.7152 * b + 0.0722 * c) / (space ? 1 : 255);
}

/**
 * Brightness of an element's own background; null if it has none, NaN for an image, which cannot be judged.
 */
function painted({ backgroundColor, backgroundImage = "" }: CSSStyleDeclaration): number | null {
  const color = brightness(backgroundColor);
  if (backgroundImage.includes("url(")) return color ?? Number.NaN;
  const stops = (backgroundImage.match(COLOR) ?? []).map(brightness).filter((each) => each !== null);
  let sum = 0;
  for (const stop of stops) sum += stop;
  return stops.length ? sum / stops.length : color;
}

export const prefersDark = (): boolean => matchMedia("(prefers-color-scheme: dark)").matches;

/** Whether the background is dark; null if an image covers it. */
export function darkGround(host: Element): boolean | null {
  for (let at = host.parentElement; at; at = at.parentElement) {
    const found = painted(getComputedStyle(at));
    if (found !== null) return Number.isNaN(found) ? null : found < 0.4;
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme ?? "";
  return scheme.includes("dark") && (!scheme.includes("light") || prefersDark());
}

/**
 * Calls back when the background may have changed: ancestor attributes, style sheets, checkboxes, ended
 * transitions.
 */
export function watchGround(host: Element, changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  for (let at = host.parentElement; at; at = at.parentElement) observer.observe(at, { attributes: true });
  observer.observe(document.head, { attributes: true, childList: true, subtree: true });
  const ending = new AbortController();
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", changed, ending);
  document.addEventListener("transitionend", changed, ending);
  // A checkbox that a style sheet matches with :checked.
  document.addEventListener("change", changed, ending);
  // A style sheet has just loaded.
  document.addEventListener("load", changed, { signal: ending.signal, capture: true });
  return () => {
    observer.disconnect();
    ending.abort();
  };
}
