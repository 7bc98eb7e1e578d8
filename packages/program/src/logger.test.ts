import { expect, test } from 'vitest';
import { runToy } from './testing/run-toy.ts';

test('without a terminal a line is JSON on stderr', async () => {
  const { stdout, stderr } = await runToy(['log']);
  expect(stdout).toBe('');
  expect(JSON.parse(stderr)).toMatchObject({ name: 'toy', msg: 'it happens', partition: 2 });
});

test('on a terminal a line is formatted for people', async () => {
  const { stderr } = await runToy(['log'], { terminal: true, environment: { NO_COLOR: '1' } });
  expect(stderr).toMatch(/^\[[\d:.]+\] INFO \(toy\): it happens \{"partition":2\}\n$/);
});

test('a terminal gets colours unless NO_COLOR is set', async () => {
  const coloured = await runToy(['log'], { terminal: true });
  expect(coloured.stderr).toContain('\x1b[');
  const plain = await runToy(['log'], { terminal: true, environment: { NO_COLOR: '1' } });
  expect(plain.stderr).not.toContain('\x1b[');
});

test('LOG_FORMAT overrides the default format, LOG_LEVEL the minimum level', async () => {
  const pretty = await runToy(['log'], { environment: { LOG_FORMAT: 'pretty' } });
  expect(pretty.stderr).toMatch(/INFO \(toy\): it happens/);
  const json = await runToy(['log'], { terminal: true, environment: { LOG_FORMAT: 'json' } });
  expect(JSON.parse(json.stderr)).toMatchObject({ name: 'toy' });
  const debug = await runToy(['log'], { environment: { LOG_LEVEL: 'debug' } });
  expect(debug.stderr).toContain('a detail');
  expect(await runToy(['log'], { environment: { LOG_LEVEL: 'silent' } })).toMatchObject({
    code: 0,
    stderr: '',
  });
});
