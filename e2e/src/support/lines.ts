/** Lines without the spaces that make columns. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').map((line) => line.trim().replace(/ +/g, ' '));
}
