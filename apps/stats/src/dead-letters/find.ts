import type { Database } from '@pipeline/db';
import { readActions, readAncestors, readDeadLetters } from '@pipeline/db/dead-letters';

/**
 * A dead letter with the actions on it and the ids of the dead letters whose redrives led to it; undefined if
 * there is none with this id, or it is from another topic than the given one.
 */
export async function findDeadLetter(database: Database, id: bigint, topic?: string) {
  const [deadLetter] = await Array.fromAsync(readDeadLetters(database, { ids: [id], topic }));
  if (deadLetter === undefined) return undefined;
  const [actions, ancestors] = await Promise.all([readActions(database, id), readAncestors(database, id)]);
  return { deadLetter, actions, ancestors };
}
