import { type Comparison, compare } from './compare.ts';
import { RealDatabase } from './real-database.ts';
import { type Recording, record } from './recording.ts';

/** Databases that are used at the same time, because comparisons wait more than they compute. */
const DATABASES = 3;

/** Seeds that are recorded before they are compared. Connections are only open while time is the real one. */
const CHUNK = 50;

/**
 * Simulates consecutive seeds, and repeats their calls on real databases.
 * @param createDatabase creates a database with empty tables and returns its URL
 */
export async function compareSeeds(
  createDatabase: () => Promise<string>,
  seed: number,
  count: number,
): Promise<readonly Comparison[]> {
  const databases = Math.min(DATABASES, count);
  const prepare = async () => await RealDatabase.prepare(await createDatabase());
  const urls = await Promise.all(Array.from({ length: databases }, prepare));
  const comparisons: Comparison[] = [];
  for (let done = 0; done < count; done += CHUNK) {
    const recordings: Recording[] = [];
    for (let next = done; next < Math.min(done + CHUNK, count); next++)
      recordings.push(await record(seed + next));
    const left = recordings.values();
    const work = async (url: string) => {
      await using real = new RealDatabase(url);
      for (const recording of left) comparisons.push(await compare(recording, real));
    };
    await Promise.all(urls.map(work));
  }
  return comparisons;
}
