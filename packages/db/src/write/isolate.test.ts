import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DeadLetter, SourceRecord } from '../dead-letters/dead-letter.ts';
import { row } from '../testing/batches.ts';
import { type Batch, recordCount } from './batch.ts';
import { EventRows } from './event-rows.ts';
import { isDivisible, type Refusal, type Store, writeIsolating } from './isolate.ts';

type Kind = 'good' | 'refused' | 'conflicting' | 'rejected';

const refusal = { sqlstate: '22P05', message: 'unsupported Unicode escape sequence' };

/** A batch with one record per kind, at consecutive offsets. */
function batchOf(kinds: readonly Kind[]): Batch {
  const rows = new EventRows();
  const deadLetters: DeadLetter[] = [];
  kinds.forEach((kind, offset) => {
    const record = { offset: String(offset), timestamp: '0', key: null, value: null };
    if (kind === 'rejected')
      deadLetters.push({
        record,
        reason: 'empty',
        eventType: null,
        detail: '',
        sqlstate: null,
        redriveCount: 0,
      });
    else rows.push(row(offset, { eventType: kind, record }));
  });
  return { topic: 't', partition: 0, nextOffset: BigInt(kinds.length), rows, deadLetters };
}

/** A store that rejects batches with an invalid row, and finds the invalid rows that `canFind` accepts. */
function createStore(canFind: (offset: number) => boolean = () => false) {
  const kept: Batch[] = [];
  let statements = 0;
  const isConflicting = ({ eventType }: { readonly eventType: string }) => eventType === 'conflicting';
  const isRefused = ({ eventType }: { readonly eventType: string }) => eventType === 'refused';
  const store: Store = {
    async tryWrite(batch) {
      statements++;
      if ([...batch.rows].some(isRefused)) return refusal;
      if ([...batch.rows].some(isConflicting)) return 'conflict';
      kept.push(batch);
      return undefined;
    },
    async findInvalidRows(rows) {
      statements++;
      const found = [...rows].flatMap((row, index): readonly (readonly [number, Refusal])[] =>
        isRefused(row) && canFind(Number(row.record.offset)) ? [[index, refusal]] : [],
      );
      return new Map(found);
    },
    findDeadLettered: async () => new Map(),
    async findConflicts(rows) {
      statements++;
      if ([...rows].some(isRefused)) return refusal;
      const found = [...rows].flatMap((row, index): readonly (readonly [number, string])[] =>
        isConflicting(row) ? [[index, 'payload']] : [],
      );
      return new Map(found);
    },
    countRedrives: () => 0,
  };
  return { ...store, kept, statements: () => statements };
}

function storeWith(tryWrite: Store['tryWrite']): Store {
  return { ...createStore(), tryWrite };
}

const offsetsOf = (items: readonly { readonly record: { readonly offset: string } }[]) =>
  items.map(({ record }) => Number(record.offset));

const oneKind = fc.constantFrom<Kind>('good', 'good', 'good', 'good', 'refused', 'conflicting', 'rejected');
const kinds = fc.array(oneKind, {
  maxLength: 60,
});

test('each record is written once, as row or dead letter, in offset order without gaps', async () => {
  await fc.assert(
    fc.asyncProperty(kinds, fc.array(fc.nat(60)), async (all, findable) => {
      const store = createStore((offset) => findable.includes(offset));
      const refused = await writeIsolating(batchOf(all), store);
      const offsets = (kind: Kind) => all.flatMap((one, offset) => (one === kind ? [offset] : []));
      expect(offsetsOf(store.kept.flatMap(({ rows }) => [...rows]))).toEqual(offsets('good'));
      const made = [...offsets('refused'), ...offsets('conflicting')];
      expect(offsetsOf(refused)).toEqual(made.toSorted((a, b) => a - b));
      const dead = offsetsOf(store.kept.flatMap(({ deadLetters }) => deadLetters));
      expect(dead).toEqual([...made, ...offsets('rejected')].toSorted((a, b) => a - b));
      const ends = store.kept.map(({ nextOffset }) => Number(nextOffset));
      expect(ends).toEqual(ends.toSorted((a, b) => a - b));
      expect(ends.at(-1)).toBe(all.length);
    }),
  );
});

test('all rows that the database can find cost two more statements, however many', async () => {
  const all = Array.from({ length: 1_000 }, (_, offset): Kind => (offset % 7 === 0 ? 'refused' : 'good'));
  const store = createStore(() => true);
  await writeIsolating(batchOf(all), store);
  expect(store.statements()).toBe(3);
});

test('a row that the database cannot find costs at most 3·log2(n) + 4 statements', async () => {
  const size = fc.integer({ min: 1, max: 5_000 });
  const position = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  await fc.assert(
    fc.asyncProperty(size, position, async (count, at) => {
      const store = createStore();
      const all = Array.from({ length: count }, (_, offset) =>
        offset === Math.floor(at * count) ? 'refused' : 'good',
      );
      await writeIsolating(batchOf(all), store);
      expect(store.statements()).toBeLessThanOrEqual(3 * Math.ceil(Math.log2(count)) + 4);
    }),
    { numRuns: 50 },
  );
});

test('a row that the error names costs at most 7 statements, wherever it is', async () => {
  const kinds = fc.array(fc.constantFrom<Kind>('good', 'good', 'rejected'), { maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(kinds, kinds, async (before, after) => {
      const all: readonly Kind[] = [...before, 'refused', ...after];
      const store = createStore();
      const tryWrite: Store['tryWrite'] = async (batch) =>
        (await store.tryWrite(batch)) && { ...refusal, recordOffset: String(before.length) };
      const refused = await writeIsolating(batchOf(all), { ...store, tryWrite });
      expect(offsetsOf(refused)).toEqual([before.length]);
      const good = all.flatMap((kind, offset) => (kind === 'good' ? [offset] : []));
      expect(offsetsOf(store.kept.flatMap(({ rows }) => [...rows]))).toEqual(good);
      expect(store.kept.every((batch) => recordCount(batch) > 0)).toBe(true);
      expect(store.statements()).toBeLessThanOrEqual(7);
    }),
  );
});

test('dead letters are returned in offset order, however they were found', async () => {
  const store = createStore((offset) => offset === 2);
  expect(offsetsOf(await writeIsolating(batchOf(['refused', 'good', 'refused']), store))).toEqual([0, 2]);
});

test('conflicting events become dead letters of their batch by two more statements', async () => {
  const store = createStore();
  const deadLetters = await writeIsolating(batchOf(['good', 'conflicting', 'good', 'conflicting']), store);
  expect(
    deadLetters.map(({ record, reason, detail, sqlstate }) => [record.offset, reason, detail, sqlstate]),
  ).toEqual(
    ['1', '3'].map((offset) => [
      offset,
      'conflicting_event',
      'differs from the event that is stored with this event_id, in payload',
      null,
    ]),
  );
  expect(store.kept.map(({ deadLetters: stored }) => stored)).toEqual([deadLetters]);
  expect(store.statements()).toBe(3);
});

test('a batch whose conflicts are gone when they are looked up is written as it is', async () => {
  const store = createStore();
  let conflicts = 1;
  const tryWrite: Store['tryWrite'] = async (batch) => (conflicts-- > 0 ? 'conflict' : store.tryWrite(batch));
  expect(await writeIsolating(batchOf(['good']), { ...store, tryWrite })).toEqual([]);
  expect(offsetsOf(store.kept.flatMap(({ rows }) => [...rows]))).toEqual([0]);
});

test('after another conflict, all rows of the batch are compared again', async () => {
  const tried: (readonly number[])[] = [];
  const conflicts = [new Map([[1, 'payload']]), new Map([[0, 'payload']])];
  const store: Store = {
    ...createStore(),
    async tryWrite({ rows }) {
      tried.push(offsetsOf([...rows]));
      return tried.length < 3 ? 'conflict' : undefined;
    },
    findConflicts: async () => conflicts.shift() ?? new Map(),
  };
  expect(offsetsOf(await writeIsolating(batchOf(['good', 'good']), store))).toEqual([0]);
  expect(tried).toEqual([[0, 1], [0], [1]]);
});

test('a row that is refused after conflicts were found becomes a dead letter, too', async () => {
  const store: Store = { ...createStore(), findConflicts: async () => new Map([[2, 'payload']]) };
  const tried: (readonly number[])[] = [];
  const tryWrite: Store['tryWrite'] = async (batch) => {
    tried.push(offsetsOf([...batch.rows]));
    return tried.length === 1 ? 'conflict' : await store.tryWrite(batch);
  };
  const refused = await writeIsolating(batchOf(['good', 'refused', 'good']), { ...store, tryWrite });
  expect(refused.map(({ reason }) => reason)).toEqual(['refused_by_database', 'conflicting_event']);
  expect(offsetsOf(refused)).toEqual([1, 2]);
});

test.each([true, false])('a row that cannot be compared is isolated, if it is found: %s', async (canFind) => {
  const store = createStore(() => canFind);
  let isReplay = true;
  const tryWrite: Store['tryWrite'] = async (batch) => {
    if (!isReplay) return await store.tryWrite(batch);
    isReplay = false;
    return 'conflict';
  };
  const batch = batchOf(['conflicting', 'good', 'refused', 'good']);
  const deadLetters = await writeIsolating(batch, { ...store, tryWrite });
  expect(deadLetters.map(({ reason }) => reason)).toEqual(['conflicting_event', 'refused_by_database']);
  expect(offsetsOf(store.kept.flatMap(({ rows }) => [...rows]))).toEqual([1, 3]);
});

test('an invalid row becomes a dead letter with its SQLSTATE', async () => {
  const [deadLetter] = await writeIsolating(batchOf(['good', 'refused']), createStore());
  expect(deadLetter).toMatchObject({
    reason: 'refused_by_database',
    detail: refusal.message,
    sqlstate: '22P05',
  });
});

test('the dead letter of an invalid row keeps its redrive count', async () => {
  const store = createStore();
  const countRedrives = ({ offset }: SourceRecord) => 2 + Number(offset);
  const [deadLetter] = await writeIsolating(batchOf(['good', 'refused']), { ...store, countRedrives });
  expect(deadLetter?.redriveCount).toBe(3);
  expect(store.kept.flatMap(({ deadLetters }) => deadLetters)).toEqual([deadLetter]);
});

test("the value in Postgres's message is removed from the dead letter", async () => {
  const message = 'invalid input syntax for type timestamp with time zone: "secret\nsecret"';
  const refusesRows = storeWith(async ({ rows }) =>
    rows.length > 0 ? { sqlstate: '22007', message } : undefined,
  );
  const [deadLetter] = await writeIsolating(batchOf(['refused']), refusesRows);
  expect(deadLetter?.detail).toBe('invalid input syntax for type timestamp with time zone');
});

// M3
test('a row that is refused only once is stored', async () => {
  const store = createStore();
  let refusals = 11;
  const tryWrite: Store['tryWrite'] = async (batch) => (refusals-- > 0 ? refusal : store.tryWrite(batch));
  const kinds = Array.from({ length: 1_000 }, (): Kind => 'good');
  expect(await writeIsolating(batchOf(kinds), { ...store, tryWrite })).toEqual([]);
  expect(offsetsOf(store.kept.flatMap(({ rows }) => [...rows]))).toHaveLength(1_000);
});

// M2
test('isolating that is interrupted again and again continues where it was', async () => {
  const all = Array.from({ length: 300 }, (_, offset): Kind => (offset % 3 === 0 ? 'refused' : 'good'));
  const store = createStore();
  const killed = async (statements: number) => {
    const end = store.statements() + statements;
    const tryWrite: Store['tryWrite'] = async (batch) => {
      if (store.statements() >= end) throw new Error('killed');
      return await store.tryWrite(batch);
    };
    const findDeadLettered = async ({ rows }: Batch) => keptDeadLetters(store.kept, rows);
    return await writeIsolating(batchOf(all), { ...store, tryWrite, findDeadLettered });
  };
  let refused: readonly DeadLetter[] | undefined;
  for (let lives = 0; lives < 100 && refused === undefined; lives++)
    refused = await killed(50).catch(() => undefined);
  expect(refused).toHaveLength(100);
});

/** The rows of a batch that are among the dead letters of other batches. */
function keptDeadLetters(kept: readonly Batch[], rows: EventRows): ReadonlyMap<number, Refusal> {
  const offsets = new Set(offsetsOf(kept.flatMap(({ deadLetters }) => deadLetters)));
  const found = [...rows].flatMap(({ record }, index): readonly (readonly [number, Refusal])[] =>
    offsets.has(Number(record.offset)) ? [[index, refusal]] : [],
  );
  return new Map(found);
}

// L6
test('a batch that is too slow to write is halved until it is not', async () => {
  const store = createStore();
  const tryWrite: Store['tryWrite'] = async (batch) =>
    batch.rows.length + batch.deadLetters.length > 3 ? 'too_slow' : store.tryWrite(batch);
  const kinds = Array.from({ length: 40 }, (_, offset): Kind => (offset < 20 ? 'good' : 'rejected'));
  expect(await writeIsolating(batchOf(kinds), { ...store, tryWrite })).toEqual([]);
  expect(offsetsOf(store.kept.flatMap(({ rows }) => [...rows]))).toHaveLength(20);
  expect(offsetsOf(store.kept.flatMap(({ deadLetters }) => deadLetters))).toHaveLength(20);
});

test('a refused row is not a dead letter if its batch is too slow on the second try', async () => {
  const store = createStore();
  const failures = [refusal, 'too_slow'] as const;
  let tries = 0;
  const tryWrite: Store['tryWrite'] = async (batch) => failures[tries++] ?? store.tryWrite(batch);
  const batch = batchOf(['good', 'rejected', 'rejected']);
  expect(await writeIsolating(batch, { ...store, tryWrite })).toEqual([]);
  expect(store.kept.map(({ rows, deadLetters }) => [rows.length, deadLetters.length])).toEqual([
    [1, 1],
    [0, 1],
  ]);
});

test('no dead letters of an earlier attempt are looked up for a slow batch', async () => {
  const store = createStore();
  const findDeadLettered = () => Promise.reject(new Error('looked up'));
  const tryWrite: Store['tryWrite'] = async (batch) =>
    batch.rows.length > 1 ? 'too_slow' : store.tryWrite(batch);
  await writeIsolating(batchOf(['good', 'good']), { ...store, findDeadLettered, tryWrite });
  expect(store.kept).toHaveLength(2);
});

test('a batch is divisible if it has two rows or two dead letters', () => {
  const batches: readonly (readonly Kind[])[] = [
    ['good', 'rejected'],
    ['good', 'good'],
    ['rejected', 'rejected'],
  ];
  expect(batches.map((kinds) => isDivisible(batchOf(kinds)))).toEqual([false, true, true]);
  const slow = storeWith(async () => 'too_slow');
  return expect(writeIsolating(batchOf(['good', 'rejected']), slow)).rejects.toThrow(
    new RangeError('a batch of fewer than two records has no halves'),
  );
});

test('a dead letter that Postgres rejects throws instead of looping', async () => {
  const refusesAll = storeWith(async () => refusal);
  await expect(writeIsolating(batchOf(['rejected']), refusesAll)).rejects.toThrow('rejected a dead letter');
});
