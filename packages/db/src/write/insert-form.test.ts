import { expect, test } from 'vitest';
import { InsertForms } from './insert-form.ts';

test('a duplicate makes inserts tolerant for the next hundred batches', () => {
  const forms = new InsertForms(2);
  expect(forms.next(1)).toBe('plain');
  forms.report(1);
  for (let clean = 0; clean < 99; clean++) forms.report(0);
  expect([forms.next(1), forms.next(2)]).toEqual(['tolerant', 'tolerant']);
  forms.report(0);
  expect(forms.next(1)).toBe('plain');
});

test('a batch is written by COPY from a number of events on, and never by default', () => {
  const forms = new InsertForms(2);
  expect([forms.next(1), forms.next(2), new InsertForms().next(1e9)]).toEqual(['plain', 'copy', 'plain']);
});
