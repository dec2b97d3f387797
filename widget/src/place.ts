/** Reserves an element's height before its content has loaded, to avoid layout shifts. */

import { COMMENTS } from "./constants.js";

const nameOf = (element: Element, page: string): string => `answerback:height:${element.localName}:${page}`;

/** Reserves the element's last height in this tab, or a default. */
export function reserve(element: HTMLElement, page: string): void {
  let height: string | null = null;
  try {
    height = sessionStorage.getItem(nameOf(element, page));
  } catch {}
  height ??= element.localName === COMMENTS ? "100vh" : "12em";
  element.style.setProperty("min-height", height);
}

/** Removes the reserved height. */
export function release(element: HTMLElement): void {
  element.style.removeProperty("min-height");
}

/** Remembers the height for the next visit in this tab. */
export function remember(element: HTMLElement, page: string, height: number): void {
  try {
    sessionStorage.setItem(nameOf(element, page), `${height}px`);
  } catch {}
}
