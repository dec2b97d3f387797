/** Icons used only by answers. */

export const STOP = "M4 4h8v8H4z";
export const CHECK = "M6.4 11.9L2.9 8.4l1.2-1.2 2.3 2.3 5.5-5.5 1.2 1.2z";
export const QUOTE =
  "M3 4h4.2v4.6c0 2-1.2 3.3-3.4 3.7l-.4-1.3c1-.3 1.6-.9 1.6-1.8H3zm6 0h4.2v4.6c0 2-1.2 3.3-3.4 3.7l-.4-1.3c1-.3 1.6-.9 1.6-1.8H9z";
