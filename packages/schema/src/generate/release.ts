import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { decodeEvent } from '../decode.ts';
import { type EventType, eventTypes } from '../registry.ts';
import { createRandom } from '../testing/create-random.ts';
import { mixedEvents } from '../testing/mixed-events.ts';

/** Keeps the schemas of this version, and events that it accepts, for as long as there are later ones. */
const target = join(import.meta.dirname, '../../released', manifest.version);

mkdirSync(target, { recursive: false });
for (const name of Object.keys(eventTypes) as EventType[]) {
  cpSync(join(import.meta.dirname, `../../schemas/${name}.json`), join(target, `${name}.json`));
  const events = mixedEvents(createRandom(1)).filter((text) => isAccepted(text, name));
  writeFileSync(join(target, `${name}.ndjson`), `${events.take(20).toArray().join('\n')}\n`);
}

function isAccepted(text: string, type: string): boolean {
  const result = decodeEvent(new TextEncoder().encode(text));
  return result.ok && result.event.event_type === type;
}
