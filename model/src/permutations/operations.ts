import { createWriter, EventRows, migrateRollups, type Writer, type WriterOptions } from '@pipeline/db';
import { discardDeadLetters, type SendDeadLetter } from '@pipeline/db/dead-letters';
import { compareTables, partitionEvents, purge, rebuildAggregates } from '@pipeline/db/maintenance';
import type { Point } from './latches.ts';
import { moreRollups, payloadJson } from './rollups.ts';
import type { Client } from './session.ts';
import { beforeMinute2, day, eventId, eventTime, recreatedTopicId, topicId } from './tables.ts';

/** An operation of the real code. */
export interface Operation {
  readonly name: string;
  /** Points inside its statements at which it is stopped; it also stops before each message. */
  readonly points?: readonly Point[];
  /** Whether it may change `raw_events` itself, which must then have no triggers, and is recreated afterwards. */
  readonly partitions?: boolean;
  /** Whether it may change the roll-ups, which are declared again afterwards. */
  readonly migrates?: boolean;
  /** Does what the operation's process has done before; returns what runs the operation. */
  readonly prepare: (client: Client) => Promise<() => Promise<unknown>>;
}

/** An event at an offset: its number and minute. */
type Row = readonly [offset: number, event: number, minute: number];

function batchOf(
  partition: number,
  rows: readonly Row[],
  deadLetters: readonly number[],
  nextOffset: number,
) {
  const recordAt = (offset: number) => ({
    offset: String(offset),
    timestamp: '0',
    key: null,
    value: Buffer.from([offset]),
  });
  return {
    topic: 'events',
    partition,
    nextOffset: BigInt(nextOffset),
    rows: EventRows.of(
      rows.map(([offset, event, minute]) => ({
        eventId: eventId(event),
        eventType: 'view',
        eventTime: eventTime(minute),
        userId: 'u',
        payloadJson: payloadJson(event),
        record: recordAt(offset),
      })),
    ),
    deadLetters: deadLetters.map((offset) => ({
      record: recordAt(offset),
      reason: 'not_json' as const,
      eventType: null,
      detail: '',
      sqlstate: null,
      redriveCount: 0,
    })),
  };
}

/** An operation of a consumer that has opened both ledgers. */
function consuming(
  name: string,
  points: readonly Point[],
  run: (writer: Writer) => Promise<unknown>,
  options: WriterOptions = {},
): Operation {
  const prepare = async ({ database, persist }: Client) => {
    const writer = createWriter(database, persist, options);
    for (const partition of [0, 1]) await writer.open({ topic: 'events', partition, topicId }, 0n);
    return () => run(writer);
  };
  return { name, points, prepare };
}

const event = (key: number): Point => ({ table: 'raw_events', key });
const minute = (key: number): Point => ({ table: 'agg_events_minute', key });
const deadLetter = (key: number): Point => ({ table: 'dlq_events', key });
const deadLetterCounts: Point = { table: 'agg_dead_letters', key: 0 };
const rollupKey = (key: number): Point => ({ table: 'rollup_values', key });
const ledger = (key: number): Point => ({ table: 'ingest_progress', key });

const written = batchOf(
  0,
  [
    [6, 11, 1],
    [7, 12, 2],
  ],
  [8],
  9,
);
const writtenPoints = [
  ...[event(11), event(12), minute(1), minute(2)],
  ...[deadLetter(8), deadLetterCounts, rollupKey(1)],
];
const write = consuming('write', writtenPoints, (writer) => writer.write(written));
const writeByCopy = consuming('write by COPY', writtenPoints, (writer) => writer.write(written), {
  copyMinEvents: 1,
});

/** Has a duplicate, so that the plain form fails, and a gap. */
const writeDuplicate = consuming(
  'write a duplicate',
  [event(1), event(13), minute(1), rollupKey(1)],
  (writer) =>
    writer.write(
      batchOf(
        0,
        [
          [6, 1, 1],
          [8, 13, 1],
        ],
        [],
        9,
      ),
    ),
);

/** Has the events of `write`, in the reverse order of ids and minutes. */
const writeElsewhere = consuming(
  'write elsewhere',
  [event(11), event(12), minute(1), minute(2), deadLetter(3), deadLetterCounts, rollupKey(1)],
  (writer) =>
    writer.write(
      batchOf(
        1,
        [
          [0, 14, 2],
          [1, 12, 2],
          [2, 11, 1],
        ],
        [3],
        4,
      ),
    ),
);

/** Event 4 and the dead letter at 5 were accounted for, but are not stored. */
const replay = consuming('replay', [event(4), minute(1), rollupKey(1)], (writer) =>
  writer.write(
    batchOf(
      0,
      [
        [0, 1, 1],
        [1, 2, 2],
        [2, 4, 1],
      ],
      [3],
      6,
    ),
  ),
);

const open = consuming('open', [ledger(0)], (writer) => openAs(writer, topicId));
const recreate = consuming('open a recreated topic', [ledger(0)], (writer) =>
  openAs(writer, recreatedTopicId),
);

/** Of two consumers that open the ledger of a recreated topic, both may report that it was reset. */
async function openAs(writer: Writer, id: string) {
  const { nextOffset, resets } = await writer.open({ topic: 'events', partition: 0, topicId: id }, 0n);
  return { nextOffset, resets };
}

const rewind = consuming('rewind', [ledger(0)], (writer) =>
  writer.rewind({ topic: 'events', partition: 0 }, 6n, 2n),
);

const redrive: Operation = {
  name: 'redrive',
  points: [deadLetter(3), deadLetterCounts],
  prepare:
    async ({ queue }) =>
    async () => {
      const send: SendDeadLetter = async (letter) => ({ letter, place: { partition: 0, offset: '99' } });
      return (await queue.take({ eventType: 'first' }, send))?.letter.offset;
    },
};

const discard: Operation = {
  name: 'discard',
  points: [deadLetter(3), deadLetterCounts],
  prepare:
    async ({ database }) =>
    () =>
      discardDeadLetters(database, {}, { because: 'test', by: 'test' }),
};

const purgeOld: Operation = {
  name: 'purge',
  points: [minute(1), deadLetter(5), deadLetterCounts, rollupKey(1)],
  prepare:
    async ({ database, persist }) =>
    async () => {
      // Of two purges, each may remove a part.
      await purge(database, beforeMinute2, { by: 'test', now: day, persist });
    },
};

const partition: Operation = {
  name: 'partition',
  partitions: true,
  prepare:
    async ({ database, persist }) =>
    async () => {
      // Of two processes, both may report the conversion.
      await partitionEvents(database, day, 1, persist);
    },
};

const repair: Operation = {
  name: 'repair',
  points: [deadLetterCounts],
  prepare:
    async ({ database }) =>
    () =>
      rebuildAggregates(database),
};

const verify: Operation = {
  name: 'verify',
  prepare:
    async ({ database }) =>
    async () =>
      (await compareTables(database)).filter(({ expected, found }) => expected !== found),
};

/** Declares one more roll-up, and fills it. */
const backfill: Operation = {
  name: 'backfill',
  points: [rollupKey(1)],
  migrates: true,
  prepare:
    async ({ settings }) =>
    async () => {
      // Of two migrations, both may report that they have filled it.
      await migrateRollups(settings, moreRollups);
    },
};

/** Every operation, in both roles of a pair. */
export const operations: readonly Operation[] = [
  write,
  writeByCopy,
  writeDuplicate,
  writeElsewhere,
  replay,
  open,
  recreate,
  rewind,
  redrive,
  discard,
  purgeOld,
  partition,
  repair,
  verify,
  backfill,
];

/**
 * The points at which the first of two operations stops: those before rows that the other one changes, too. Elsewhere
 * the other one cannot notice the difference, so one point in the middle is enough.
 */
export function pointsOf({ points = [] }: Operation, other: Operation): readonly Point[] {
  const shared = points.filter(({ table, key }) =>
    other.points?.some((point) => point.table === table && point.key === key),
  );
  return shared.length > 0 ? shared : points.slice(0, 1);
}
