import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  decimal,
  flag,
  integer,
  list,
  oneOf,
  optionalText,
  port,
  readSettings,
  SettingsError,
  text,
} from './settings.ts';

const schema = {
  NAME: text('events', 'a name'),
  PORT: integer(9092, 'a port', [0, 65_535]),
  RATIO: decimal(0.5, 'a share', [0, 1]),
  ADDRESSES: list('a:1', 'addresses', 'HOST:PORT', /^\w+:\d+$/),
  ON: flag(false, 'a switch'),
  LEVEL: oneOf(['low', 'high'], 'low', 'a level'),
  PASSWORD: optionalText('a secret', { secret: true }),
};

test('unset and empty variables take their defaults', () => {
  expect(readSettings(schema, { NAME: '' })).toEqual({
    NAME: 'events',
    PORT: 9092,
    RATIO: 0.5,
    ADDRESSES: ['a:1'],
    ON: false,
    LEVEL: 'low',
    PASSWORD: undefined,
  });
});

test('texts are parsed into values', () => {
  const environment = {
    PORT: '1',
    RATIO: '0.25',
    ADDRESSES: 'a:1, b:2',
    ON: 'yes',
    LEVEL: 'high',
    PASSWORD: 'x',
  };
  expect(readSettings(schema, environment)).toMatchObject({
    PORT: 1,
    RATIO: 0.25,
    ADDRESSES: ['a:1', 'b:2'],
    ON: true,
    LEVEL: 'high',
    PASSWORD: 'x',
  });
});

test('every invalid setting is listed with its value and what was expected', () => {
  const wrong = { PORT: '70000', RATIO: 'half', ADDRESSES: 'a', ON: 'perhaps', LEVEL: 'middle' };
  const error = errorOf(() => readSettings(schema, wrong));
  expect(error).toBeInstanceOf(SettingsError);
  expect(error.problems).toEqual([
    'PORT: got "70000", expected a whole number from 0 to 65535',
    'RATIO: got "half", expected a number from 0 to 1',
    'ADDRESSES: got "a", expected HOST:PORT',
    'ON: got "perhaps", expected true or false',
    'LEVEL: got "middle", expected one of low, high',
  ]);
});

test('a secret is read from the file that NAME_FILE names, without its line end', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'settings-')), 'password');
  writeFileSync(path, 's3cret\n');
  expect(readSettings(schema, { PASSWORD_FILE: path }).PASSWORD).toBe('s3cret');
});

test('the first environment that sets a name, by value or by file, wins', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'settings-')), 'password');
  writeFileSync(path, 'of the file');
  expect(readSettings(schema, { NAME: '' }, { NAME: 'second' }, { NAME: 'third' }).NAME).toBe('second');
  expect(readSettings(schema, { PASSWORD: 'a' }, { PASSWORD_FILE: path }).PASSWORD).toBe('a');
  expect(readSettings(schema, { PASSWORD_FILE: path }, { PASSWORD: 'b' }).PASSWORD).toBe('of the file');
});

test('only trailing line ends of a secret file are cut; an empty file is invalid', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'settings-')), 'password');
  writeFileSync(path, ' s3cret \r\n');
  expect(readSettings(schema, { PASSWORD_FILE: path }).PASSWORD).toBe(' s3cret ');
  writeFileSync(path, '\n');
  const error = errorOf(() => readSettings(schema, { PASSWORD_FILE: path }));
  expect(error.problems).toEqual(['PASSWORD: got ***, expected a text']);
});

test('an unset port differs from one that is set to the default', () => {
  const ports = { PORT: port(3_000, 'a port') };
  expect(readSettings(ports, {}).PORT).toBeUndefined();
  expect(readSettings(ports, { PORT: '3000' }).PORT).toBe(3_000);
  expect(ports.PORT.shownDefault).toMatch(/^3000/);
});

test('an unreadable secret file is named, an invalid secret is never shown', () => {
  const missing = errorOf(() => readSettings(schema, { PASSWORD_FILE: '/nowhere/password' }));
  expect(missing.message).toContain('PASSWORD_FILE: got "/nowhere/password"');
  const digits = { ...integer(1, 'a secret number', [0, 9]), secret: true };
  const wrong = errorOf(() => readSettings({ PIN: digits }, { PIN: 'hunter2' }));
  expect(wrong.message).not.toContain('hunter2');
});

function errorOf(run: () => unknown): SettingsError {
  try {
    run();
  } catch (error) {
    return error as SettingsError;
  }
  throw new Error('nothing was thrown');
}
