/** A value of a statement. */
export type Value = string | bigint | number | boolean | null;

/**
 * A tagged template for parts of a statement. The driver's makes parameters of the values; `literals` makes
 * literals of them.
 */
export interface Template<Part> {
  (text: TemplateStringsArray, ...values: readonly (Value | Part)[]): Part;
  /** A part without values. */
  readonly unsafe: (text: string) => Part;
}
