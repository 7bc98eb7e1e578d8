import { DeadlineError } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { isTransientError } from '../client/errors.ts';
import { batchOf, row } from '../testing/batches.ts';
import { UnseenDuplicateError } from './conflicts.ts';
import { type InsertForm, InsertForms } from './insert-form.ts';
import type { Statements } from './statements.ts';
import type { StatementResult } from './write-statement.ts';
import { LedgerWriter, type Persist } from './writer.ts';

const stored: StatementResult = {
  foundOffset: 0n,
  foundResets: 0,
  foundTail: null,
  storedByType: { page_view: 1 },
  deadLettered: 0,
  conflicting: 1,
};

/** Writes a batch by statements with these outcomes. @returns the forms of the statements, and the result */
async function write(
  outcomes: readonly (Error | StatementResult)[],
  copyMinEvents?: number,
  persist: Persist = (statement) => statement(),
  insertForms = new InsertForms(copyMinEvents),
) {
  const forms: InsertForm[] = [];
  const statements: Partial<Statements> = {
    open: async () => ({ nextOffset: 0n, resets: 0, isRestarted: false }),
    write: async (_batch, _expected, form, _tail, onUndivided) => {
      const outcome = outcomes[forms.push(form) - 1];
      if (outcome === undivided) onUndivided?.();
      if (outcome === undefined || outcome instanceof Error) throw outcome;
      return outcome;
    },
  };
  const writer = new LedgerWriter(statements as Statements, persist, () => 0, insertForms);
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  const written = await writer.write(batchOf([row(0)])).catch((error: unknown) => error);
  return { forms, written };
}

const duplicate = Object.assign(new Error('duplicate key'), { code: '23505' });
const unseen = new UnseenDuplicateError('unseen');
/** Of a statement that writes a batch which was to be divided. */
const undivided = new Error('connection lost');

test('a duplicate that is stored during the statement costs one more', async () => {
  const { forms, written } = await write([duplicate, unseen, stored]);
  expect(forms).toEqual(['plain', 'tolerant', 'tolerant']);
  expect(written).toMatchObject({ conflicting: 1, deadLettered: 0, refused: [] });
});

test('a batch is tried in every form that knows more of the stored events', async () => {
  const { forms, written } = await write([duplicate, duplicate, unseen, stored], 1);
  expect(forms).toEqual(['copy', 'copy-new', 'tolerant', 'tolerant']);
  expect(written).toMatchObject({ conflicting: 1 });
});

test('a duplicate that stays unseen is a transient error, which is retried later', async () => {
  const { forms, written } = await write([duplicate, unseen, unseen]);
  expect(forms).toHaveLength(3);
  expect(written).toBe(unseen);
  expect(isTransientError(written)).toBe(true);
});

const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });

test.each([
  ['copy', 1, duplicate, ['copy', 'copy-new']],
  ['copy', 1, unseen, ['copy', 'tolerant']],
  ['copy', 1, deadlock, ['copy', 'tolerant']],
  ['plain', 2, deadlock, ['plain']],
])('a batch in the form %s (from %d events on) after the error "%s" is tried as %j', async (...args) => {
  const [, copyMinEvents, error, expected] = args;
  expect((await write([error, stored], copyMinEvents)).forms).toEqual(expected);
});

test.each([
  ['an unseen duplicate', unseen],
  ['a duplicate', duplicate],
  ['a deadlock', deadlock],
])('a message without known duplicates that fails at %s becomes a statement', async (_, error) => {
  const insertForms = new InsertForms(1);
  insertForms.report(1);
  const { forms, written } = await write([error, stored], 1, undefined, insertForms);
  expect(forms).toEqual(['copy-new', 'tolerant']);
  expect(written).toMatchObject({ deadLettered: 0 });
});

test('a batch that could not be divided is not divided again, and neither is the next', async () => {
  const insertForms = new InsertForms(1);
  insertForms.report(1);
  const twice: Persist = (statement) => statement().catch(statement);
  expect((await write([undivided, stored], 1, twice, insertForms)).forms).toEqual(['copy-new', 'tolerant']);
  expect((await write([stored], 1, twice, insertForms)).forms).toEqual(['tolerant']);
  expect((await write([stored], 1, twice, insertForms)).forms).toEqual(['copy-new']);
});

test('a message that exceeds its deadline is repeated as a statement', async () => {
  const deadline = new DeadlineError('took longer');
  const twice: Persist = (statement) => statement().catch(statement);
  const { forms, written } = await write([deadline, stored], 1, twice);
  expect(forms).toEqual(['copy', 'tolerant']);
  expect(written).toMatchObject({ conflicting: 1 });
});
