import { expect, test } from 'vitest';
import { defineEvents } from '../definition/define-events.ts';
import type { EventDefinition } from '../definition/definition.ts';
import { shopEvents } from '../definition/shop-events.ts';
import type { DecodeLimits } from '../envelopes/envelope.ts';
import type { FieldMapping } from '../envelopes/field-source.ts';
import { fields } from '../envelopes/fields.ts';
import { nativeEnvelope } from '../envelopes/native.ts';
import { changedTexts } from '../testing/changed-bytes.ts';
import { compareAccepted, toColumns } from '../testing/compare-accepted.ts';
import { corpus } from '../testing/corpus.ts';
import { createRandom } from '../testing/create-random.ts';
import { toBytes, writeEvent } from '../testing/event-text.ts';
import { mixedEvents } from '../testing/mixed-events.ts';
import { ordinaryEvents, ordinaryPayloads } from '../testing/ordinary-events.ts';
import { order, orderPayload, remark } from '../testing/rich-events.ts';
import { createAccept } from './accept.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

/** Comparing takes seconds, and longer on a busy machine. */
const COMPARE_MS = 60_000;

const [id, time] = ['0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11', '2026-11-24T09:30:12.345678Z'];

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

test.each(ordinaryPayloads)('an ordinary event of the type %s is accepted', (type, payload) => {
  const event = createAccept(shopEvents)(toBytes(writeEvent({ event_type: `"${type}"`, payload })));
  expect(event && toColumns(event)).toEqual([id, type, time, 'user-42', payload, undefined]);
});

const spaced = `{"event_id": "${id}", "event_type": "search", "event_time": "${time}", "user_id": "u", "payload": {"query": "x"}}`;
const sorted = `{"event_id":"${id}","event_time":"${time}","event_type":"search","payload":{"query":"x"},"user_id":"u"}`;
const reversed = `{"user_id":"u","payload":{"query":"x"},"event_type":"search","event_time":"${time}","event_id":"${id}"}`;

test.each([spaced, sorted, reversed])('members may have spaces between them, and any order: %s', (text) => {
  const accept = createAccept(shopEvents);
  for (const _ of [1, 2]) expect(accept(toBytes(text))?.type.name).toBe('search');
});

test.each([
  ['an escape', writeEvent({ user_id: '"a\\u0062"' })],
  ['a line feed between members', writeEvent({}, '\n')],
  ['a repeated member', writeEvent({}, '"user_id":"u",')],
  ['more digits than a microsecond has', writeEvent({ event_time: '"2026-11-24T09:30:12.3456781Z"' })],
  ['a type that is not defined', writeEvent({ event_type: '"other"' })],
  ['something after the event', `${writeEvent()} `],
])('%s is left to the decoder', (_, text) => {
  expect(createAccept(shopEvents)(toBytes(text))).toBeUndefined();
});

test('members outside the mapping are kept as written, but not those further inside', () => {
  const envelope = fields({ id: '/id', type: '/meta/type', time: '/time', payload: '/data' });
  const accept = createAccept(defineEvents({ envelope, types: [remark] }));
  const write = (meta: string) =>
    toBytes(`{"a": 1.50,"id":"${id}","meta":${meta},"time":"${time}","data":"x","b":[ "é" ]}`);
  const event = accept(write('{"type":"remark"}'));
  expect(event && toColumns(event).at(-1)).toBe('{"a": 1.50,"b":[ "é" ]}');
  expect(accept(write('{"type":"remark","more":1}'))).toBeUndefined();
});

test('no record is accepted beyond the limits, nor one without a value', () => {
  const nested = toBytes(writeEvent({ payload: '{"path":"/","a":[[]]}' }));
  const acceptsWith = (limits: DecodeLimits) => createAccept(shopEvents, limits)(nested) !== undefined;
  expect([{ maxDepth: 3 }, { maxDepth: 2 }].map(acceptsWith)).toEqual([true, false]);
  const flat = toBytes(writeEvent({ payload: '{"path":"/"}' }));
  expect([1, 0].map((maxDepth) => createAccept(shopEvents, { maxDepth })(flat) !== undefined)).toEqual([
    true,
    false,
  ]);
  const { length } = nested;
  expect([{ maxBytes: length }, { maxBytes: length - 1 }].map(acceptsWith)).toEqual([true, false]);
  expect(createAccept(shopEvents)(null)).toBeUndefined();
});

test('a validator or an envelope of other origin leaves all events to the decoder', () => {
  const bytes = toBytes(writeEvent());
  const { envelope, validators } = shopEvents;
  const opening: EventDefinition = {
    ...shopEvents,
    envelope: { ...envelope, open: (...all) => envelope.open(...all) },
  };
  const checking: EventDefinition = {
    ...shopEvents,
    validators: { ...validators, page_view: () => undefined },
  };
  expect([opening, checking].map((definition) => createAccept(definition)(bytes))).toEqual([
    undefined,
    undefined,
  ]);
  expect(createAccept({ ...shopEvents })(bytes)).toBeDefined();
});

test('after 64 events in a row that are not accepted, one of 64 is tried', () => {
  const accept = createAccept(shopEvents);
  const isAccepted = (text: string) => accept(toBytes(text)) !== undefined;
  const misses = (count: number) =>
    Array.from({ length: count }, () => isAccepted('{}')).filter(Boolean).length;
  expect([misses(63), isAccepted(writeEvent()), misses(64)]).toEqual([0, true, 0]);
  expect([isAccepted(writeEvent()), isAccepted(writeEvent())]).toEqual([true, true]);
  expect([misses(65), isAccepted(writeEvent()), misses(62), isAccepted(writeEvent())]).toEqual([
    0,
    false,
    0,
    true,
  ]);
});
