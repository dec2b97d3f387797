/** Leads to a quotation on the page. */

import { highlighting } from "../parts.js";

/** False where it is not to be found. */
export const showQuote = (quote: string): Promise<boolean> =>
  highlighting().then(
    (part) => part.showOnPage(quote),
    () => false,
  );
