import type { BenchServers } from './bench-servers.ts';
import { formatCell } from './markdown.ts';
import type { Section } from './section.ts';

/** How fast the producer simulates and publishes. */
export async function measureProducing(lab: BenchServers): Promise<Section> {
  const { published, wallSeconds, events } = await lab.filledTopic();
  return {
    title: 'Producer, `--rate 0`',
    summary: [['producer', `${formatCell(events / published.seconds)} events/s`]],
    columns: ['events', 'events/s', 'events/s, its start included'],
    rows: [[events, events / published.seconds, events / wallSeconds]],
    remarks: ['One run: the one that filled the topic.'],
  };
}
