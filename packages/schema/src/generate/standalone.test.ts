import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Type } from '@sinclair/typebox';
import { expect, test } from 'vitest';
import { decodeEvent } from '../decode.ts';
import { createRandom } from '../testing/create-random.ts';
import { toBytes, writeEvent } from '../testing/event-text.ts';
import { mixedEvents } from '../testing/mixed-events.ts';
import { renderStandalone } from './standalone.ts';

const texts = mixedEvents(createRandom(7)).take(2_000).toArray();

/** Runs a check of values where code cannot be made from texts, as under a strict Content-Security-Policy. */
function judgeWithoutEval(): readonly boolean[] {
  const folder = mkdtempSync(join(tmpdir(), 'standalone-'));
  try {
    writeFileSync(join(folder, 'standalone.mjs'), renderStandalone().code);
    writeFileSync(
      join(folder, 'main.mjs'),
      `import { event } from './standalone.mjs';
       import { readFileSync } from 'node:fs';
       const texts = JSON.parse(readFileSync(0, 'utf8'));
       console.log(JSON.stringify(texts.map((text) => event(JSON.parse(text)))));`,
    );
    const args = ['--disallow-code-generation-from-strings', join(folder, 'main.mjs')];
    return JSON.parse(
      execFileSync(process.execPath, args, { input: JSON.stringify(texts), encoding: 'utf8' }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('what was compiled beforehand judges as decodeEvent does, without eval and without imports', () => {
  const accepted = texts.map((text) => decodeEvent(toBytes(text)).ok);
  expect(new Set(accepted).size).toBe(2);
  expect(judgeWithoutEval()).toEqual(accepted);
  expect(renderStandalone().code).not.toMatch(/\brequire\(|\bimport\b|new Function/);
});

test('a type may be called by a word of the language, or by a name that the code has inside', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'standalone-'));
  const file = join(folder, 'standalone.mjs');
  const names = ['return', 'delete', 'schema11', 'validate10'];
  const types = Object.fromEntries(names.map((name) => [name, Type.Object({})]));
  writeFileSync(file, renderStandalone(types).code);
  const module = await import(pathToFileURL(file).href);
  expect(Object.keys(module).sort()).toEqual(['event', ...names].sort());
  const event = JSON.parse(writeEvent({ event_type: '"return"', payload: '{}' }));
  expect([module.return(event), module.event(event), module.delete(event)]).toEqual([true, true, false]);
  rmSync(folder, { recursive: true });
});
