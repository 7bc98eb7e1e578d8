import { expect, test } from 'vitest';
import { InsertForms } from './insert-form.ts';

test('inserts are plain until a duplicate, then tolerant until a hundred statements met none', () => {
  const forms = new InsertForms();
  expect(forms.next).toBe('plain');
  forms.met(1);
  for (let calm = 0; calm < 99; calm++) forms.met(0);
  expect(forms.next).toBe('tolerant');
  forms.met(0);
  expect(forms.next).toBe('plain');
});
