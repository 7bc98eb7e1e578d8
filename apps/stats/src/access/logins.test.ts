import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { openLogins } from './logins.ts';

const folder = mkdtempSync(join(tmpdir(), 'logins-'));

/** A file of logins, opened, and the log. */
function open(content: string | Uint8Array, path = join(mkdtempSync(join(folder, '-')), 'logins')) {
  const lines: string[] = [];
  const add = (line: unknown) => void lines.push(String(line));
  const logger = { ...silentLogger, info: add, warn: add };
  writeFileSync(path, content);
  const find = openLogins(path, logger);
  return { path, lines, find: (credentials: string) => find(Buffer.from(credentials)) };
}

test('a user is found by name and password', () => {
  const { find } = open('# people\n\nada:pass:word\r\nZoë:p\u00e4ss #1 \n');
  expect(find('ada:pass:word')).toBe('ada');
  expect(find('Zoë:p\u00e4ss #1 ')).toBe('Zoë');
});

test.each([
  '',
  ':',
  'ada',
  'ada:',
  'ada:pass',
  'ada:password!',
  'Ada:password',
  '# people:x',
  'eve:password',
])('"%s" is no login', (credentials) => {
  expect(open('ada:password\n# people:x\n').find(credentials)).toBeUndefined();
});

const malformed: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ['nothing', '', /no user/],
  ['only a comment', '# ada:secret\n', /no user/],
  ['a line without a colon', 'ada:secret\nsecret\n', /line 2 is not USER:PASSWORD/],
  ['an empty password', 'ada:\n', /line 1 is not/],
  ['an empty name', ':secret\n', /line 1 is not/],
  ['a control character in a name', 'a\tb:secret\n', /line 1 is not/],
  ['a long name', `${'x'.repeat(257)}:secret\n`, /line 1 is not/],
  ['a user twice', 'ada:secret\nada:secret2\n', /user ada occurs twice/],
  [
    'a hash of htpasswd',
    'ada:$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC\n',
    /hash in place/,
  ],
  ['bytes that are not UTF-8', Buffer.from([0x61, 0x3a, 0xff]), /utf-8/],
];

test.each(malformed)(
  'a file with %s is refused with exit code 2, without a secret',
  (_, content, message) => {
    const error = errorOf(() => open(content));
    expect(error).toMatchObject({ name: 'UserError', code: 2, message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('secret');
  },
);

test('a missing file is refused with exit code 2', () => {
  const path = join(folder, 'missing');
  const error = errorOf(() => openLogins(path, silentLogger));
  expect(error).toMatchObject({ code: 2, message: expect.stringContaining(path) });
});

test('a changed file is read again, also if a link to it changes', () => {
  const one = open('ada:password');
  writeFileSync(one.path, 'ada:passwort');
  expect([one.find('ada:password'), one.find('ada:passwort')]).toEqual([undefined, 'ada']);
  // Kubernetes replaces a link to the folder of the current version.
  const next = join(folder, 'next');
  const [first, second] = [open('eve:1'), open('eve:2')];
  const link = join(folder, 'link');
  symlinkSync(first.path, link);
  const find = openLogins(link, silentLogger);
  symlinkSync(second.path, next);
  renameSync(next, link);
  expect([find(Buffer.from('eve:1')), find(Buffer.from('eve:2'))]).toEqual([undefined, 'eve']);
});

test('an invalid or missing file keeps the earlier logins, and is logged once', () => {
  const { path, lines, find } = open('ada:password');
  writeFileSync(path, 'ada');
  expect([find('ada:password'), find('ada:password'), find('ada')]).toEqual(['ada', 'ada', undefined]);
  rmSync(path);
  expect([find('ada:password'), find('ada:password')]).toEqual(['ada', 'ada']);
  writeFileSync(path, 'eve:password');
  expect([find('ada:password'), find('eve:password')]).toEqual([undefined, 'eve']);
  expect(lines).toEqual([
    expect.stringMatching(/line 1 is not USER:PASSWORD.*the earlier logins stay valid$/),
    expect.stringMatching(/ENOENT.*the earlier logins stay valid$/),
    `${path} has changed; logins: 1`,
  ]);
});

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
