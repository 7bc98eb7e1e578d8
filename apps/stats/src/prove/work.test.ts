import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWork } from './work.ts';

const newParent = () => mkdtempSync(join(tmpdir(), 'work-'));

test('a checkpoint is loaded again with its 64-bit numbers, by a proof of the same', () => {
  const parent = newParent();
  const state = { next: 2n ** 62n, limits: [-1n], topic: 'a1', nothing: null };
  {
    using work = openWork(parent, ['a']);
    expect(work.load()).toBeUndefined();
    work.save(state);
  }
  using again = openWork(parent, ['a']);
  using other = openWork(parent, ['b']);
  expect([again.load(), other.load()]).toEqual([state, undefined]);
  again.forget();
  expect(again.load()).toBeUndefined();
});

test('two processes do not work in one folder; one that was killed does not block it', () => {
  const parent = newParent();
  using work = openWork(parent, ['a']);
  writeFileSync(join(work.path, 'pid'), String(process.ppid));
  expect(() => openWork(parent, ['a'])).toThrow(`process ${process.ppid} proves the same`);
  writeFileSync(join(work.path, 'pid'), '999999999');
  expect(() => openWork(parent, ['a'])[Symbol.dispose]()).not.toThrow();
});
