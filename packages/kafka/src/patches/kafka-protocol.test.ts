import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import protocol from './kafka-protocol.json' with { type: 'json' };

/** `pnpm --filter tools kafka-protocol` writes the versions that each release of Kafka accepts. */
const accepted: Readonly<Record<string, { readonly versions: readonly string[] }>> = protocol.requests;
const releases = protocol.releases.map((release, at) => ({ release, at }));

interface Definition {
  readonly versions: readonly (number | string)[];
  readonly protocol: (choice: { readonly version: number }) => unknown;
}

const load = createRequire(import.meta.url);
const apiKeys: Readonly<Record<string, number>> = load('kafkajs/src/protocol/requests/apiKeys.js');
const { requests, lookup } = load('kafkajs/src/protocol/requests/index.js');

/** The requests that kafkajs implements, and their versions. */
const implemented = Object.entries(requests as Readonly<Record<string, Definition>>)
  .filter(([, { versions }]) => versions.length > 0)
  .map(([name, { versions }]) => ({ name, key: apiKeys[name] ?? -1, versions: versions.map(Number) }));

/** The lowest and the highest version of a request that a release accepts. */
function rangeOf(key: number, at: number): readonly [least: number, most: number] {
  const [least = Number.NaN, most = least] = accepted[key]?.versions[at]?.split('-').map(Number) ?? [];
  return [least, most];
}

/** The version that kafkajs chooses if it connects to a broker of the release. */
function choose({ key, versions }: (typeof implemented)[number], at: number): number {
  const [minVersion, maxVersion] = rangeOf(key, at);
  const definition = { versions, protocol: ({ version }: { readonly version: number }) => version };
  return lookup({ [key]: { minVersion, maxVersion } })(key, definition);
}

test.each(releases)('Kafka $release accepts every version that kafkajs would choose', ({ at }) => {
  expect(implemented.length).toBeGreaterThan(30);
  const refused = implemented.filter((one) => !(choose(one, at) >= rangeOf(one.key, at)[0]));
  expect(refused).toEqual([]);
});

// A request in this list stops working when Kafka removes one more version: patch kafkajs before that.
test('all but these requests have several versions in common with every release', () => {
  const countCommon = ({ key, versions }: (typeof implemented)[number], at: number) => {
    const [least, most] = rangeOf(key, at);
    return versions.filter((version) => version >= least && version <= most).length;
  };
  const last = implemented.filter((one) => releases.some(({ at }) => countCommon(one, at) < 2));
  expect(last.map(({ name }) => name)).toEqual([
    'DeleteTopics',
    'DescribeAcls',
    'CreateAcls',
    'DeleteAcls',
    'AlterPartitionReassignments',
    'ListPartitionReassignments',
  ]);
});
