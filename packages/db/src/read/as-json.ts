/** A row as JSON: 64-bit numbers are strings, because JSON.parse would round them. */
export type AsJson<Value> = Value extends bigint
  ? string
  : Value extends object
    ? { readonly [Name in keyof Value]: AsJson<Value[Name]> }
    : Value;
