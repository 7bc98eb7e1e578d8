import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { eventTypes } from '../registry.ts';
import { keptEvents } from './kept-events.ts';

/** Stores the schemas of this version and sample events, against which later versions are tested. */
const target = join(import.meta.dirname, '../../released', manifest.version);
const kept = Object.keys(eventTypes).map((name) => [name, keptEvents(name)] as const);

mkdirSync(target, { recursive: false });
for (const [name, events] of kept) {
  cpSync(join(import.meta.dirname, `../../schemas/${name}.json`), join(target, `${name}.json`));
  writeFileSync(join(target, `${name}.ndjson`), `${events.join('\n')}\n`);
}
