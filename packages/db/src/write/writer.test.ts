import { expect, test } from 'vitest';
import { isTransientError } from '../client/errors.ts';
import { batchOf, row } from '../testing/batches.ts';
import { UnseenDuplicateError } from './conflicts.ts';
import type { InsertForm } from './insert-form.ts';
import type { Statements } from './statements.ts';
import type { StatementResult } from './write-statement.ts';
import { LedgerWriter } from './writer.ts';

const stored: StatementResult = {
  foundOffset: 0n,
  foundResets: 0,
  foundTail: null,
  storedByType: { page_view: 1 },
  deadLettered: 0,
  conflicting: 1,
};

/** Writes a batch by statements with these outcomes. @returns the forms of the statements, and the result */
async function write(outcomes: readonly (Error | StatementResult)[]) {
  const forms: InsertForm[] = [];
  const statements: Partial<Statements> = {
    open: async () => ({ nextOffset: 0n, resets: 0, isRestarted: false }),
    write: async (_batch, _expected, form) => {
      const outcome = outcomes[forms.push(form) - 1];
      if (outcome === undefined || outcome instanceof Error) throw outcome;
      return outcome;
    },
  };
  const writer = new LedgerWriter(
    statements as Statements,
    (statement) => statement(),
    () => 0,
  );
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  const written = await writer.write(batchOf([row(0)])).catch((error: unknown) => error);
  return { forms, written };
}

const duplicate = Object.assign(new Error('duplicate key'), { code: '23505' });
const unseen = new UnseenDuplicateError('unseen');

test('a duplicate that is stored during the statement costs one more', async () => {
  const { forms, written } = await write([duplicate, unseen, stored]);
  expect(forms).toEqual(['plain', 'tolerant', 'tolerant']);
  expect(written).toMatchObject({ conflicting: 1, deadLettered: 0, refused: [] });
});

test('a duplicate that stays unseen is a transient error, which is retried later', async () => {
  const { forms, written } = await write([duplicate, unseen, unseen]);
  expect(forms).toHaveLength(3);
  expect(written).toBe(unseen);
  expect(isTransientError(written)).toBe(true);
});
