import { RealDecisions } from '../model/explore.ts';
import { RealTables } from './database.ts';
import { runScenario, type ScenarioReport } from './scenario.ts';

/** Databases that are used at the same time, because scenarios wait more than they compute. */
const DATABASES = 3;

/**
 * Runs `count` scenarios with consecutive seeds. Those with odd ones write by COPY.
 * @param createDatabase creates a database with empty tables and returns its URL
 */
export async function runScenarios(
  createDatabase: () => Promise<string>,
  seed: number,
  count: number,
): Promise<readonly ScenarioReport[]> {
  const seeds = Array.from({ length: count }, (_, index) => seed + index).values();
  const reports: ScenarioReport[] = [];
  const decisions = [new RealDecisions(), new RealDecisions(1)] as const;
  const work = async () => {
    await using real = await RealTables.open(await createDatabase());
    for (const one of seeds) reports.push(await runScenario(one, real, decisions[one % 2 === 0 ? 0 : 1]));
  };
  await Promise.all(Array.from({ length: Math.min(DATABASES, count) }, work));
  return reports;
}
