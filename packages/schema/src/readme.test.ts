import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import * as typebox from '@sinclair/typebox';
import { expect, test } from 'vitest';
import * as schema from './index.ts';

const modules = { '@pipeline/schema': schema, '@sinclair/typebox': typebox };

/** The examples that log something and need no build, with the heading of their section. */
function findExamples(): readonly (readonly [string, string])[] {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  return readme.split(/^## /m).flatMap((section) => {
    const [heading = ''] = section.split('\n', 1);
    const blocks = [...section.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
    const runnable = blocks.filter((code) => code.includes('console.log') && !code.includes('/standalone'));
    return runnable.map((code) => [heading, code] as const);
  });
}

/** Runs an example and returns the lines that it logs. */
function run(code: string): readonly string[] {
  const body = stripTypeScriptTypes(code).replace(/import ({.*?}) from ('.*?');/g, 'const $1 = modules[$2];');
  const logged: string[] = [];
  const log = (...values: readonly unknown[]) => logged.push(values.join(' '));
  new Function('modules', 'console', body)(modules, { log });
  return logged;
}

test.each(findExamples())('the README example under "%s" logs what its comments promise', (_, code) => {
  const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, text]) => text);
  expect(promised).not.toEqual([]);
  expect(run(code)).toEqual(promised);
});

test('the package does not depend on Node', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  const own = files.filter((name) => name.endsWith('.ts') && !/\.test\.ts$|^(testing|generate)/.test(name));
  const texts = own.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
  const imports = texts.flatMap((text) => [...text.matchAll(/ from '([^.'].*?)'/g)].map(([, name]) => name));
  const packages = imports.map((name = '') => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0]);
  expect(new Set(packages)).toEqual(new Set(['@sinclair/typebox', 'ajv']));
  expect(texts.filter((text) => /\b(Buffer|process|require)\b/.test(text))).toEqual([]);
});
