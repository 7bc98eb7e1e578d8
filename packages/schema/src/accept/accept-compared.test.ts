import { expect, test } from 'vitest';
import { defineEvents } from '../definition/define-events.ts';
import type { EventDefinition } from '../definition/definition.ts';
import { shopEvents } from '../definition/shop-events.ts';
import type { FieldMapping } from '../envelopes/field-source.ts';
import { fields } from '../envelopes/fields.ts';
import { nativeEnvelope } from '../envelopes/native.ts';
import { changedTexts } from '../testing/changed-bytes.ts';
import { compareAccepted } from '../testing/compare-accepted.ts';
import { corpus } from '../testing/corpus.ts';
import { createRandom } from '../testing/create-random.ts';
import { writeEvent } from '../testing/event-text.ts';
import { mixedEvents } from '../testing/mixed-events.ts';
import { ordinaryEvents } from '../testing/ordinary-events.ts';
import { order, orderPayload, remark } from '../testing/rich-events.ts';

const [id, time] = ['0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11', '2026-11-24T09:30:12.345678Z'];

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

/** Comparing takes seconds, and longer on a busy machine. */
const COMPARE_MS = 60_000;

/** Compares records of a definition; returns the share that was accepted. */
function shareAccepted(definition: EventDefinition, records: Iterable<Uint8Array>): number {
  const { share, differing } = compareAccepted(definition, records);
  expect(differing.slice(0, 3), `SEED=${seed}`).toEqual([]);
  return share;
}

function changed(texts: Generator<string>, count: number): Iterable<Uint8Array> {
  return changedTexts(texts.take(count), createRandom(seed));
}

test(
  '50,000 ordinary events with changes are accepted only as the decoder stores them',
  () => {
    const events = ordinaryEvents(createRandom(seed));
    expect(shareAccepted(shopEvents, changed(events, 50_000))).toBeGreaterThan(0.2);
  },
  COMPARE_MS,
);

test(
  '50,000 events, valid or not, are accepted only as the decoder stores them',
  () => {
    const events = mixedEvents(createRandom(seed));
    expect(shareAccepted(shopEvents, changed(events, 50_000))).toBeGreaterThan(0.001);
  },
  COMPARE_MS,
);

test('the records of the corpus are accepted only as the decoder stores them', () => {
  const records = corpus.map(({ bytes }) => bytes).filter((bytes) => bytes !== null);
  expect(shareAccepted(shopEvents, records)).toBeGreaterThan(0.05);
});

function* repeat(write: (random: () => number) => string): Generator<string, never> {
  const random = createRandom(seed);
  while (true) yield write(random);
}

function writeOrder(random: () => number): string {
  const others = random() < 0.1 ? '"x":1,' : '';
  if (random() < 0.1) return writeEvent({ event_type: '"remark"', payload: '"text"' }, others);
  return writeEvent({ event_type: '"order.placed"', payload: orderPayload(random) }, others);
}

test.each(['reject', 'ignore', 'keep'] as const)(
  'native events with rich payloads are accepted as they are stored (others: %s)',
  (otherMembers) => {
    const definition = defineEvents({ envelope: nativeEnvelope({ otherMembers }), types: [order, remark] });
    expect(shareAccepted(definition, changed(repeat(writeOrder), 10_000))).toBeGreaterThan(0.02);
  },
  COMPARE_MS,
);

/** Mappings, and the text of an event for each. */
const mappings: readonly (readonly [
  string,
  FieldMapping,
  (payload: string, random: () => number) => string,
])[] = [
  [
    'nested',
    { id: '/meta/id', type: '/type', time: '/meta/time', user: '/meta/user', payload: '/data' },
    (payload, random) => {
      const user = ['"u"', '42', 'null', '4.20', '""', '"é"', '[]'][Math.floor(random() * 7)];
      const meta = `{"id":"${id}","time":"${time}"${random() < 0.8 ? `,"user":${user}` : ''}}`;
      const others = random() < 0.3 ? `"a": [1, 2],"b":${random() < 0.5 ? '{"é":1}' : '"\\n"'},` : '';
      return `{${others}"meta":${meta},"type":"order.placed","data":${payload},"c":1.50}`;
    },
  ],
  [
    'the whole document as the payload',
    { id: '/uid', type: { constant: 'order.placed' }, time: '/at', user: '/number' },
    (payload) => `${payload.slice(0, -1)},"at":"${time}","uid":"${id}"}`,
  ],
  [
    'a payload before its type, with the id inside',
    { id: '/data/more', type: '/type', time: '/time', payload: '/data', otherMembers: 'ignore' },
    (payload) =>
      `{"x":[1],"time":"${time}","data":${payload.replace(/"more":[^,}]*/, `"more":"${id}"`)},"type":"order.placed"}`,
  ],
  [
    'a text as the payload',
    { id: '/id', type: '/type', time: '/time', payload: '/data', otherMembers: 'reject' },
    (payload) => `{"id":"${id}","time":"${time}","type":"remark","data":"${payload.length}"}`,
  ],
];

test.each(mappings)(
  'events by fields are accepted as they are stored: %s',
  (_, mapping, write) => {
    const definition = defineEvents({ envelope: fields(mapping), types: [order, remark] });
    const texts = repeat((random) => write(orderPayload(random), random));
    expect(shareAccepted(definition, changed(texts, 10_000))).toBeGreaterThan(0.02);
  },
  COMPARE_MS,
);
