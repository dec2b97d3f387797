/** Scrolls to a quotation on the page. */

import { highlighting } from "../parts.js";

/** Resolves to false if the quotation is not found. */
export const showQuote = (quote: string): Promise<boolean> =>
  highlighting().then(
    (part) => part.showOnPage(quote),
    () => false,
  );
