/** JSON as it is meant. */

/** Old libraries (Prototype.js) give arrays a `toJSON` of their own, which makes texts of them. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, function (this: Record<string, unknown>, name: string) {
    return this[name];
  });
