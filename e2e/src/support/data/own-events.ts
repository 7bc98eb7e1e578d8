import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Environment } from '../programs/programs.ts';
import { createPipeline, type Pipeline } from '../servers/pipeline.ts';
import { createEvent, jsonRecord } from './events.ts';
import { findViolations, fingerprint, noViolations, sumLedgers } from './invariants.ts';

/** Events that are not the built-in ones, with their definition. */
interface OwnEvents {
  /** The definition by path; `EVENTS` is the first one. */
  readonly files: Readonly<Record<string, unknown>>;
  /** Whether `EVENTS` is the folder. */
  readonly isFolder: boolean;
  readonly valid: readonly object[];
  /** Values that become dead letters, by reason. */
  readonly invalid: Readonly<Record<string, object>>;
}

const at = '2026-11-24T09:30:12Z';
const order = (id: number, total: unknown) => ({ kind: 'order/Placed', id, at, by: { user: 42 }, total });

/** A module that imports a file next to it; its events have a shape of their own. */
const fromModule: OwnEvents = {
  isFolder: false,
  files: {
    'events.ts': `import { defineEvents, eventType, fields, Type } from '@pipeline/schema';
      import { money } from './lib/money.ts';
      interface Unused { readonly total: number }
      export default defineEvents({
        envelope: fields({ id: '/id', type: '/kind', time: '/at', user: '/by/user' }),
        types: [eventType('order/Placed', Type.Object({ total: money }))],
      });`,
    'lib/money.ts': `import { Type, type TNumber } from '@sinclair/typebox';
      export const money: TNumber = Type.Number({ minimum: 0 });`,
  },
  valid: [order(1, 99.5), order(2, 0)],
  invalid: {
    invalid_payload: order(3, 'much'),
    unknown_event_type: { ...order(4, 1), kind: 'order/Lost' },
    not_an_event: { kind: 'order/Placed', at },
  },
};

const customer = { email: 'someone@example.com', id: '6f1c2ff0-3a3e-4c8e-8b0a-7d6fb1d1a001' };
const event = (event_type: string, payload: object) => createEvent({ event_type, payload });

/** Three schemas of two drafts. */
const fromFolder: OwnEvents = {
  isFolder: true,
  files: {
    'customer.changed.json': {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'https://example.com/schemas/customer',
      type: 'object',
      required: ['id', 'email'],
      properties: { id: { type: 'string', format: 'uuid' }, email: { type: 'string', format: 'email' } },
    },
    'order.placed.schema.json': {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['customer', 'payment'],
      properties: {
        customer: { $ref: 'https://example.com/schemas/customer' },
        payment: { oneOf: [{ $ref: '#/$defs/card' }, { $ref: 'OrderPaid.json#/definitions/transfer' }] },
      },
      $defs: { card: { required: ['card'], properties: { card: { type: 'string' } } } },
    },
    'OrderPaid.json': {
      type: 'object',
      required: ['at'],
      properties: { at: { type: 'string', format: 'date-time' } },
      definitions: { transfer: { required: ['iban'], properties: { iban: { type: 'string' } } } },
    },
  },
  valid: [
    event('customer.changed', customer),
    event('order.placed', { customer, payment: { card: '4242' } }),
    event('order.placed', { customer, payment: { iban: 'DE89' } }),
    event('OrderPaid', { at }),
  ],
  invalid: {
    invalid_payload: event('order.placed', { customer, payment: { card: '4242', iban: 'DE89' } }),
    unknown_event_type: event('page_view', { path: '/' }),
  },
};

export const ownEvents = { module: fromModule, folder: fromFolder };

/** Runs `consumer --once` with these settings; rejects unless it exits with 0. */
export type Drain = (environment: Environment) => Promise<unknown>;

/** Expects that a consumer stores the events of a definition outside of the repository exactly once. */
export async function expectStoredOnce(events: OwnEvents, drain: Drain): Promise<void> {
  await using definition = await writeDefinition(events);
  await using pipeline = await createPipeline();
  const { valid, invalid } = events;
  await pipeline.publish([...valid, ...valid, ...Object.values(invalid)].map((value) => jsonRecord(value)));
  const environment = { ...pipeline.environment, EVENTS: definition.path };
  await drain(environment);
  const [stored, dead] = [valid.length, Object.keys(invalid).length];
  expect(await sumLedgers(pipeline.database)).toEqual({ stored, duplicates: stored, dead, skipped: 0 });
  expect(await readReasons(pipeline)).toEqual(Object.keys(invalid).sort());
  const before = await fingerprint(pipeline.database);
  await drain({ ...environment, KAFKA_GROUP_ID: `${pipeline.groupId}-replay` });
  expect(await fingerprint(pipeline.database)).toEqual(before);
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
}

async function readReasons({ database }: Pipeline): Promise<readonly string[]> {
  const rows = await database.run((sql) => sql<{ reason: string }[]>`select reason from dlq_events`);
  return rows.map(({ reason }) => reason).sort();
}

interface WrittenDefinition extends AsyncDisposable {
  readonly path: string;
}

/** Writes a definition to a folder without `node_modules`; deleted on disposal. */
export async function writeDefinition({ files, isFolder }: OwnEvents): Promise<WrittenDefinition> {
  const folder = await mkdtemp(join(tmpdir(), 'own-events-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const [first = ''] = Object.keys(files);
  const path = isFolder ? folder : join(folder, first);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
