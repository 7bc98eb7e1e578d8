import * as Type from '@sinclair/typebox/type';
import { expect, test } from 'vitest';
import { compileValidator } from '../validate.ts';
import { dateTime } from './date-time-schema.ts';

test.each<readonly [string, boolean]>([
  ['2026-11-24T09:30:12.345678+01:00', true],
  ['2026-02-30T09:30:12Z', false],
  ['2026-11-24T09:30:12', false],
  ['yesterday', false],
])('the time %s is valid: %s', (at, isValid) => {
  const validate = compileValidator(Type.Object({ at: dateTime({ description: 'the time' }) }));
  expect(validate({ at }) === undefined).toBe(isValid);
});
