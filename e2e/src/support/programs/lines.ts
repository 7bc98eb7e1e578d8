/** Splits a text into lines, collapsing the padding between columns. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').map((line) => line.trim().replace(/ +/g, ' '));
}
