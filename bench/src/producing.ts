import type { BenchServers } from './bench-servers.ts';
import { formatCell } from './markdown.ts';
import type { Section } from './section.ts';

/** Reports the throughput of the producer. */
export async function measureProducing(servers: BenchServers): Promise<Section> {
  const { published, wallSeconds, events } = await servers.filledTopic();
  return {
    title: 'Producer, `--rate 0`',
    summary: [['producer', `${formatCell(events / published.seconds)} events/s`]],
    columns: ['events', 'events/s', 'events/s, startup included'],
    rows: [[events, events / published.seconds, events / wallSeconds]],
    remarks: ['A single run, which filled the topic.'],
  };
}
