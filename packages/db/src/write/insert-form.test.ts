import { expect, test } from 'vitest';
import { InsertForms } from './insert-form.ts';

test('a duplicate makes inserts tolerant for the next hundred statements', () => {
  const forms = new InsertForms();
  expect(forms.next).toBe('plain');
  forms.report(1);
  for (let clean = 0; clean < 99; clean++) forms.report(0);
  expect(forms.next).toBe('tolerant');
  forms.report(0);
  expect(forms.next).toBe('plain');
});
