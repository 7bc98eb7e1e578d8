import { fillTable, fillTopic, undisturbed } from '../growth.ts';
import { logProgress, type Section } from '../report.ts';
import { baseline, type Scenario, scenarios } from '../scenarios.ts';
import type { BenchServers } from '../servers.ts';
import { type Change, compareCosts } from './compare-costs.ts';

const burdens = /^(12 partitions|48 partitions|1 % duplicates.*|50 % invalid)$/;

/** Measures what some of the scenarios of the growth measurement cost, in alternating rounds. */
export async function measureBurdens(servers: BenchServers): Promise<Section> {
  const fill = (scenario: Scenario) => {
    logProgress(`burdens: filling ${scenario.name}`);
    return fillTopic(servers.kafka.address, scenario, servers.size.events);
  };
  const clean = await fill(baseline);
  const changes: Change[] = [];
  for (const scenario of scenarios.filter(({ name }) => burdens.test(name)))
    changes.push({
      name: scenario.name,
      topic: await fill(scenario),
      apply: (tables) => fillTable(tables, scenario, servers.size.events),
      environment: undisturbed,
    });
  const costs = await compareCosts(servers, 'burdens', changes, clean);
  return {
    title: 'Burdens: what partitions, duplicates and invalid records cost',
    summary: [],
    columns: ['', 'records/s', 'CPU of the consumer', 'CPU of Postgres'],
    rows: costs.map(({ name, rate, consumer, postgres }) => [name, rate, consumer, postgres]),
    remarks: [
      'Medians of the rounds, without startup, as shares of the runs without a burden in the same round, which ' +
        `have ${baseline.partitions} partitions.`,
    ],
  };
}
