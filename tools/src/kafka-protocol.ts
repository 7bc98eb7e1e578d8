import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgram, runProgram } from '@pipeline/program';
import { rootFolder } from './root-folder.ts';

const file = 'packages/kafka/src/patches/kafka-protocol.json';

/** A request, as the jar of Kafka's clients describes it. */
interface Request {
  readonly apiKey: number;
  readonly name: string;
  /** Such as `3-13`, or `none` if the request was removed. */
  readonly validVersions: string;
  readonly listeners?: readonly string[];
}

const program = createProgram(
  'kafka-protocol',
  `Writes the versions of each request that releases of Kafka accept to ${file}.`,
  '0.1.0',
)
  .addHelpText('beforeAll', 'Examples:\n  pnpm --filter tools kafka-protocol 4.0.2 4.3.1\n')
  .argument('<releases...>', 'versions of org.apache.kafka:kafka-clients')
  .action((releases: readonly string[]) => {
    writeFileSync(join(rootFolder, file), render(releases, releases.map(readRequests)));
  });

/** The requests that brokers of a release accept, by their API key. */
function readRequests(release: string): ReadonlyMap<number, Request> {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-protocol-'));
  try {
    execFileSync(
      'mvn',
      [
        '-q',
        '-B',
        'org.apache.maven.plugins:maven-dependency-plugin:3.11.0:unpack',
        ...[
          `-Dartifact=org.apache.kafka:kafka-clients:${release}`,
          '-Dmdep.unpack.includes=common/message/*Request.json',
          `-DoutputDirectory=${folder}`,
        ],
      ],
      { cwd: folder, stdio: 'inherit' },
    );
    const all = globSync('common/message/*.json', { cwd: folder }).map((path) => parse(join(folder, path)));
    const accepted = all.filter((one) => one.listeners?.includes('broker') && one.validVersions !== 'none');
    return new Map(accepted.map((one) => [one.apiKey, one]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The files are JSON with comments. */
function parse(path: string): Request {
  return JSON.parse(readFileSync(path, 'utf8').replace(/^\s*\/\/.*$/gm, ''));
}

/** One line per request, with the versions in the order of the releases. */
function render(releases: readonly string[], requests: readonly ReadonlyMap<number, Request>[]): string {
  const keys = [...new Set(requests.flatMap((one) => [...one.keys()]))].sort((a, b) => a - b);
  const lines = keys.map((key) => {
    const name = requests
      .map((one) => one.get(key)?.name)
      .find(Boolean)
      ?.replace(/Request$/, '');
    const versions = requests.map((one) => one.get(key)?.validVersions ?? 'none');
    return `    ${JSON.stringify(key.toString())}: ${toLine({ name, versions })}`;
  });
  return `{\n  "releases": ${toLine(releases)},\n  "requests": {\n${lines.join(',\n')}\n  }\n}\n`;
}

/** JSON with the spaces of the formatter. */
const toLine = (value: unknown) =>
  JSON.stringify(value, null, 1)
    .replace(/\n\s*/g, ' ')
    .replace(/\[ (.*?) \]/g, '[$1]');

await runProgram(program);
