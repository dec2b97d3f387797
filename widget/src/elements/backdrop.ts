/** Whether the page behind an element is dark where the element is light, or the other way round. */

/** Brightness from 0 to 1 of an opaque `rgb(…)` colour; null for a transparent or unknown one. */
export function brightness(color: string): number | null {
  const numbers = color.startsWith("rgb") && color.match(/[\d.]+/g)?.map(Number);
  const [r = 0, g = 0, b = 0, alpha = 1] = numbers || [0, 0, 0, 0];
  return alpha < 0.5 ? null : (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

function isDark(theme: string, prefers: boolean): boolean {
  return theme === "dark" || (theme === "auto" && prefers);
}

/** Then the element paints a ground of its own, so that it can be read anywhere. */
export function needsPanel(host: Element, theme: string): boolean {
  const prefers = matchMedia("(prefers-color-scheme: dark)").matches;
  let behind: number | null = null;
  for (let at: Element | null = host.parentElement; at && behind === null; at = at.parentElement) {
    behind = brightness(getComputedStyle(at).backgroundColor);
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme ?? "";
  const darkCanvas = scheme.includes("dark") && (prefers || !scheme.includes("light"));
  const darkBehind = behind === null ? darkCanvas : behind < 0.4;
  return isDark(theme, prefers) !== darkBehind;
}
