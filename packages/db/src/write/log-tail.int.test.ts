import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { batchOf, record, row } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import type { Batch } from './batch.ts';
import { hashRecord } from './log-tail.ts';
import { createWriter, type Persist, type Writer } from './writer.ts';

const partition = { topic: 'events', partition: 0, topicId: 'a'.repeat(32) };

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());
/** Events at these offsets, of one leader epoch. */
function batchAt(offsets: readonly number[], leaderEpoch: number): Batch {
  const rows = offsets.map((offset) => row(offset, { record: { ...record(offset), leaderEpoch } }));
  return { ...batchOf(rows), lastEpoch: leaderEpoch };
}

async function ledger() {
  const [found] = await fresh.database.run(
    (sql) => sql`
      select start_offset as start, next_offset as next, stored, duplicates, skipped from ingest_progress`,
  );
  return found;
}

const tailOf = async (one: Writer) => (await one.open(partition, 0n)).tail;

describe.each([
  ['statements', Number.POSITIVE_INFINITY],
  ['messages', 1],
])('batches as %s:', (_, copyMinEvents) => {
  let writer: Writer;

  beforeEach(async () => {
    await fresh.database.run(
      (sql) => sql`truncate raw_events, agg_events_minute, dlq_events, ingest_progress`,
    );
    writer = await openWriter();
  });

  async function openWriter(): Promise<Writer> {
    const opened = createWriter(fresh.database, (statement) => statement(), { copyMinEvents });
    await opened.open(partition, 0n);
    return opened;
  }

  test('the ledger keeps the last record and the leader epochs', async () => {
    await writer.write(batchAt([0, 1], 3));
    await writer.write(batchAt([2, 3], 5));
    expect(await tailOf(writer)).toEqual({
      nextOffset: 4n,
      epoch: 5,
      epochs: [
        { epoch: 3, offset: 0n },
        { epoch: 5, offset: 2n },
      ],
      record: { offset: 3n, hash: hashRecord(record(3)) },
    });
  });

  test('a replay leaves what is known of the log', async () => {
    const batch = batchAt([0, 1, 2], 3);
    await writer.write(batch);
    const before = await tailOf(writer);
    await writer.write(batchAt([0, 1], 2));
    expect(await tailOf(writer)).toEqual(before);
  });

  test('a writer that another one has overtaken continues its epochs', async () => {
    const other = await openWriter();
    const [first, second] = [batchAt([0, 1], 3), batchAt([2, 3], 4)];
    await writer.write(first);
    await writer.write(second);
    await other.write(first);
    await other.write(second);
    await other.write(batchAt([4], 6));
    expect((await tailOf(other))?.epochs.map(({ epoch }) => epoch)).toEqual([3, 4, 6]);
  });

  test('what is known is out of date after a write of the previous version', async () => {
    await writer.write(batchAt([0, 1], 3));
    await fresh.database.run(
      (sql) => sql`update ingest_progress set next_offset = 4, skipped = 2, last_record_at = now()`,
    );
    expect(await tailOf(writer)).toBeUndefined();
    await writer.write(batchAt([4, 5], 5));
    expect(await tailOf(writer)).toMatchObject({ epoch: 5, epochs: [{ epoch: 5, offset: 4n }] });
  });

  test('a ledger that is set back keeps its counts, and counts the records read again', async () => {
    await writer.write(batchAt([0, 1, 2, 3], 3));
    await writer.write(batchAt([4, 5], 4));
    expect(await writer.rewind(partition, 6n, 3n)).toBe(true);
    expect(await ledger()).toMatchObject({ start: -3n, next: 3n, stored: 6n });
    expect(await tailOf(writer)).toEqual({ nextOffset: 3n, epoch: 3, epochs: [{ epoch: 3, offset: 0n }] });
    await writer.write(batchAt([3, 4, 5, 6], 5));
    expect(await ledger()).toEqual({ start: -3n, next: 7n, stored: 10n, duplicates: 0n, skipped: 0n });
  });

  test('a lost reply to setting a ledger back changes nothing', async () => {
    await writer.write(batchAt([0, 1, 2, 3], 3));
    const twice: Persist = async (statement) => {
      await statement();
      return await statement();
    };
    const repeating = createWriter(fresh.database, twice, { copyMinEvents });
    await repeating.open(partition, 0n);
    expect(await repeating.rewind(partition, 4n, 1n)).toBe(true);
    expect(await ledger()).toMatchObject({ start: -3n, next: 1n, stored: 4n });
    await repeating.write(batchAt([1, 2], 4));
    expect(await ledger()).toMatchObject({ next: 3n, stored: 6n });
  });

  test('a ledger that another process has moved is not set back', async () => {
    const other = await openWriter();
    await writer.write(batchAt([0, 1, 2, 3], 3));
    await other.open(partition, 0n);
    await writer.write(batchAt([4], 3));
    expect(await other.rewind(partition, 4n, 1n)).toBe(false);
    expect(await ledger()).toMatchObject({ start: 0n, next: 5n, stored: 5n });
  });

  test('a recreated topic has another log', async () => {
    await writer.write(batchAt([0, 1], 3));
    const opened = await writer.open({ ...partition, topicId: 'b'.repeat(32) }, 0n);
    const topicId = 'bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb';
    expect(opened).toEqual({ nextOffset: 0n, resets: 1, isRestarted: true, topicId });
  });
});
