import { expect, test } from 'vitest';
import { batchOf, deadLetter, record, row } from '../testing/batches.ts';
import { InsertForms } from './insert-form.ts';

const [one, two] = [batchOf([row(0)]), batchOf([row(0), row(1)])];

test('a duplicate makes inserts tolerant for the next hundred batches', () => {
  const forms = new InsertForms(2);
  expect(forms.next(one)).toBe('plain');
  forms.report(1);
  expect(forms.next(one)).toBe('tolerant');
  for (let clean = 0; clean < 99; clean++) forms.report(0);
  expect(forms.next(one)).toBe('tolerant');
  forms.report(0);
  expect(forms.next(one)).toBe('plain');
});

test('after a batch with duplicates, those of a large one are found first', () => {
  const forms = new InsertForms(2);
  forms.report(1);
  expect([forms.next(one), forms.next(two)]).toEqual(['tolerant', 'copy-new']);
  for (let clean = 0; clean < 99; clean++) forms.report(0);
  expect(forms.next(two)).toBe('copy-new');
  forms.report(0);
  expect(forms.next(two)).toBe('copy');
});

test('after batches that could not be divided, more and more statements follow', () => {
  const forms = new InsertForms(2);
  const statementsAfter = (isUndivided: boolean) => {
    if (isUndivided) forms.reportUndivided();
    forms.report(1);
    let statements = 0;
    for (; forms.next(two) === 'tolerant'; statements++) forms.report(1);
    return statements;
  };
  expect(Array.from({ length: 8 }, () => statementsAfter(true))).toEqual([1, 3, 7, 15, 31, 63, 99, 99]);
  expect([statementsAfter(false), statementsAfter(true)]).toEqual([0, 1]);
});

test('a batch is written by COPY from a number of events on, and never by default', () => {
  const forms = new InsertForms(2);
  expect([forms.next(one), forms.next(two), new InsertForms().next(two)]).toEqual(['plain', 'copy', 'plain']);
});

test('dead letters count as events, and their size does not matter', () => {
  const large = deadLetter(1, { record: { ...record(1), value: Buffer.alloc(1 << 20) } });
  expect(new InsertForms(2).next(batchOf([row(0)], [large]))).toBe('copy');
});

test('a row that only Postgres can judge is written as a tolerant statement', () => {
  const forms = new InsertForms(2);
  expect(forms.next(batchOf([row(0), row(1, { eventTime: '2026-11-24T24:00:00Z' })]))).toBe('tolerant');
  expect(forms.next(two)).toBe('copy');
});
