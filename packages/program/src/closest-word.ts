/** A larger distance means a different word, not a typo. */
const MAX_DISTANCE = 3;

/** The word that is most similar to a misspelt one, or undefined if none is similar. */
export function closestWord(typed: string, words: readonly string[]): string | undefined {
  const [closest] = words
    .map((word) => ({ word, distance: editDistance(typed, word) }))
    .filter(({ word, distance }) => distance <= MAX_DISTANCE && distance < word.length / 2 + 1)
    .sort((one, other) => one.distance - other.distance);
  return closest?.word;
}

/** Levenshtein's: the number of inserted, deleted and replaced characters. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...to].entries()) {
      const [left = 0, up = 0, diagonal = 0] = [current[column], previous[column + 1], previous[column]];
      current.push(Math.min(left + 1, up + 1, diagonal + (letter === other ? 0 : 1)));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
