import { describe, expect, test } from 'vitest';
import { createDecoder } from '../../decode.ts';
import { defineEvents } from '../../definition/define-events.ts';
import { cloudEvents } from '../../envelopes/cloudevents/cloudevents.ts';
import { confluentJson } from '../../envelopes/confluent.ts';
import { debezium } from '../../envelopes/debezium/debezium.ts';
import type { Envelope } from '../../envelopes/envelope.ts';
import { fields } from '../../envelopes/fields.ts';
import type { PublicFormat } from './public-format.ts';
import { publicFormats } from './public-formats.ts';

const presets = { cloudevents: cloudEvents(), debezium: debezium(), 'confluent-json': confluentJson() };

function envelopeOf({ envelope }: PublicFormat): Envelope {
  return typeof envelope === 'string' ? (presets[envelope] as Envelope) : fields(envelope);
}

/** What becomes of each record of a format, in the form of what is expected. */
function decodeAll(format: PublicFormat) {
  const definition = defineEvents({ envelope: envelopeOf(format), types: [], unknownTypes: 'store' });
  const decode = createDecoder(definition);
  return format.records.map((record, offset) => {
    const decoded = decode({ ...record, offset: String(offset) }, { topic: 'events', partition: 0 });
    if (!decoded.ok) return decoded.reason ?? 'skipped';
    const { event, payloadJson } = decoded as typeof decoded & {
      event: { event_id: string; payload: unknown };
    };
    return { ...event, payloadJson };
  });
}

describe.each(publicFormats)('$name', (format) => {
  const decoded = decodeAll(format);

  test('every record is accounted for, and every payload is exact', () => {
    expect(decoded).toMatchObject(format.records.map(({ expected }) => expected));
  });

  test('a replay repeats every id, and no two events share one', () => {
    const ids = decoded.flatMap((event) => (typeof event === 'string' ? [] : [event.event_id]));
    expect(new Set(ids).size).toBe(ids.length);
    expect(decodeAll(format)).toEqual(decoded);
  });

  test('its definition is a preset, or a mapping of at most five members', () => {
    const { envelope } = format;
    expect(typeof envelope === 'string' || Object.keys(envelope).length <= 5).toBe(true);
  });
});
