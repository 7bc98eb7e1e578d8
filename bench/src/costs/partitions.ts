import { fillTopic } from '../growth.ts';
import { logProgress, type Section } from '../report.ts';
import { baseline } from '../scenarios.ts';
import type { BenchServers } from '../servers.ts';
import { compareCosts } from './compare-costs.ts';

const sizes = [12, 48];

/** Measures what many partitions cost, whose batches are smaller. */
export async function measurePartitions(servers: BenchServers): Promise<Section> {
  const fill = (partitions: number) => {
    logProgress(`partitions: filling ${partitions}`);
    return fillTopic(servers.kafka.address, { ...baseline, partitions }, servers.size.events);
  };
  const few = await fill(baseline.partitions);
  const changes = [];
  for (const partitions of sizes) changes.push({ name: String(partitions), topic: await fill(partitions) });
  const costs = await compareCosts(servers, 'partitions', changes, few);
  return {
    title: `Partitions: what more than ${baseline.partitions} cost`,
    summary: [],
    columns: ['partitions', 'events/s', 'CPU of the consumer', 'CPU of Postgres'],
    rows: costs.map(({ name, rate, consumer, postgres }) => [name, rate, consumer, postgres]),
    remarks: [
      `Medians of the rounds, without startup, as shares of the runs with ${baseline.partitions} of the round.`,
    ],
  };
}
