import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Dockerfile, DockerfileParser, type Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { rootFolder } from '../settings.ts';

const text = readFileSync(join(rootFolder, 'infra/Dockerfile'), 'utf8');
const dockerfile: Dockerfile = DockerfileParser.parse(text);
const all = dockerfile.getInstructions();
/** Everything after the keyword, flags included. */
const wordsOf = (instruction: Instruction) =>
  instruction
    .getTextContent()
    .replace(/^\w+\s+/, '')
    .replace(/\s+/g, ' ');
const of = (keyword: string, from: readonly Instruction[] = all) =>
  from.filter((one) => one.getKeyword() === keyword).map(wordsOf);

/** The instructions of a stage, including those of its base stages. */
function stage(name: string): readonly Instruction[] {
  const start = all.findIndex((one) => one.getKeyword() === 'FROM' && wordsOf(one).endsWith(` AS ${name}`));
  const rest = all.slice(start + 1);
  const end = rest.findIndex((one) => one.getKeyword() === 'FROM');
  const [first] = all.slice(start, start + 1);
  const below = first === undefined ? '' : (wordsOf(first).split(' ')[0] ?? '');
  const own = end < 0 ? rest : rest.slice(0, end);
  return /[@:]/.test(below) ? own : [...stage(below), ...own];
}

const apps = ['producer', 'stats', 'consumer'] as const;

test('the linter reports no problems', () => {
  expect(validate(text).map(({ message }) => message)).toEqual([]);
});

test('external images are pinned by digest', () => {
  const foreign = of('FROM').filter((words) => !/^base /.test(words));
  expect(foreign.length).toBe(2);
  expect(foreign.filter((words) => !/^\S+:\S+@sha256:[0-9a-f]{64} AS \w+$/.test(words))).toEqual([]);
});

test.each(apps)('the image of %s runs unprivileged, without a shell, and checks its own health', (app) => {
  const instructions = stage(app);
  expect(of('USER', instructions)).toEqual(['65532:65532']);
  expect(of('RUN', instructions)).toEqual([]);
  expect(of('ENTRYPOINT', instructions)).toEqual([`["/${app}"]`]);
  const [check = ''] = of('HEALTHCHECK', instructions);
  expect(check).toMatch(app === 'producer' ? /^NONE$/ : new RegExp(`CMD \\["/${app}", "health"\\]$`));
});

test.each(apps)('the image of %s contains its executable, its SBOM and one library', (app) => {
  const dist = `/src/apps/${app}/dist`;
  expect(of('COPY', stage(app))).toEqual([
    '--from=build /rootfs/ /',
    `--from=build ${dist}/${app} /${app}`,
    `--from=build ${dist}/${app}.cdx.json /usr/share/sbom/${app}.cdx.json`,
  ]);
});

const ignored = readFileSync(join(rootFolder, 'infra/Dockerfile.dockerignore'), 'utf8').split('\n');
const kept = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));

test('the context excludes settings, data and history, and all its paths exist', () => {
  expect(ignored).toEqual(expect.arrayContaining(['*', '**/.env', '**/node_modules', '**/dist']));
  const plain = kept.filter((path) => !path.includes('*'));
  expect(plain.filter((path) => !existsSync(join(rootFolder, path)))).toEqual([]);
});

test('the context includes the manifest of every workspace package', () => {
  const workspace = parse(readFileSync(join(rootFolder, 'pnpm-workspace.yaml'), 'utf8'));
  const folders = workspace.packages.map((pattern: string) => pattern.replace('/*', ''));
  const missing = folders.filter(
    (one: string) => !kept.includes(one) && !kept.includes(`${one}/package.json`),
  );
  expect(missing).toEqual([]);
});
