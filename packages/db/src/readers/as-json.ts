/** JSON's numbers end where JavaScript's do, so those of 64 bits travel as text. */
export type AsJson<Value> = Value extends bigint
  ? string
  : Value extends object
    ? { readonly [Name in keyof Value]: AsJson<Value[Name]> }
    : Value;
