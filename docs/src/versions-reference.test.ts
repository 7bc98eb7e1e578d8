import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaVersion, postgresVersion } from '@pipeline/servers';
import { expect, test } from 'vitest';
import versions from '../versions.json' with { type: 'json' };
import { rootFolder } from './root-folder.ts';
import { renderVersions, type TestedPair } from './versions-reference.ts';

const pairs: readonly TestedPair[] = versions;
const protocolPath = join(rootFolder, 'packages/kafka/src/patches/kafka-protocol.json');
const protocol: { readonly releases: readonly string[] } = JSON.parse(readFileSync(protocolPath, 'utf8'));
const majorOf = (version: string) => Number(version.split('.')[0]);

test('the matrix has every Kafka release whose protocol is checked', () => {
  expect([...new Set(pairs.map(({ kafka }) => kafka))]).toEqual(protocol.releases);
  expect(protocol.releases.at(-1)).toBe(kafkaVersion);
});

test('the matrix has every major version of Postgres up to the one that dev starts', () => {
  const majors = pairs.map(({ postgres }) => majorOf(postgres));
  expect(majors).toEqual([15, 16, 17, 18]);
  expect(majors.at(-1)).toBe(Number(postgresVersion));
});

test.each(pairs)('every suite passed with Kafka $kafka and Postgres $postgres', ({ suites }) => {
  const counts = Object.values(suites);
  expect(counts.length).toBe(4);
  expect(counts.filter(({ passed, failed }) => passed === 0 || failed > 0)).toEqual([]);
});

test('a failure and a skipped test are shown', () => {
  const suites = { all: { passed: 3, failed: 2, skipped: 1 } };
  const table = renderVersions([{ kafka: '4.0.2', postgres: '15.18', testedOn: '2026-11-29', suites }]);
  expect(table).toContain('| 4.0.2 | 15.18 | 3 passed, 2 failed, 1 skipped | 2026-11-29 |');
});
