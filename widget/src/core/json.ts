/** JSON serialization that is safe from page scripts. */

/** Old libraries (Prototype.js) add a `toJSON` to arrays that turns them into strings. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, function (this: Record<string, unknown>, name: string) {
    return this[name];
  });
