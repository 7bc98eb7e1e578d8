import type { Database } from '@pipeline/db';
import { readActions, readAncestors, readDeadLetters } from '@pipeline/db/dead-letters';

/**
 * A dead letter with the actions on it and the ids of the dead letters whose redrives led to it; undefined if
 * there is none with this id.
 */
export async function findDeadLetter(database: Database, id: bigint) {
  const [deadLetter] = await Array.fromAsync(readDeadLetters(database, { ids: [id] }));
  if (deadLetter === undefined) return undefined;
  const [actions, ancestors] = await Promise.all([readActions(database, id), readAncestors(database, id)]);
  return { deadLetter, actions, ancestors };
}
