import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UserError } from '@pipeline/runtime';

/** Kafka 4 needs Java 17: https://kafka.apache.org/43/getting-started/compatibility/ */
const OLDEST_JAVA = 17;

/**
 * Makes sure that Kafka can be started, and fetched unless it is there.
 * @throws UserError that says what to install when Java or Maven is missing or too old
 */
export async function requireJava({ isFetched }: { readonly isFetched: boolean }): Promise<void> {
  const [version, maven] = await Promise.all([javaVersion(), isFetched || canRun('mvn', ['--version'])]);
  const missing = [version >= OLDEST_JAVA ? '' : `Java ${OLDEST_JAVA}`, maven ? '' : 'Maven'].filter(Boolean);
  if (missing.length === 0) return;
  throw new UserError(
    `no Kafka answers, and ${missing.join(' and ')} to start one ${missing.length > 1 ? 'are' : 'is'} missing`,
    'install them (Debian: apt-get install openjdk-17-jre-headless maven), or with Docker run "pnpm --filter infra docker:up"',
  );
}

/** `java -version` writes `openjdk version "17.0.15" 2025-04-15` to stderr; 0 where there is no Java. */
export async function javaVersion(): Promise<number> {
  const { stderr } = await promisify(execFile)('java', ['-version']).catch(() => ({ stderr: '' }));
  return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
}

async function canRun(command: string, words: readonly string[]): Promise<boolean> {
  const run = promisify(execFile)(command, words);
  return await run.then(
    () => true,
    () => false,
  );
}
