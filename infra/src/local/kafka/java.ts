import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Kafka 4 needs Java 17: https://kafka.apache.org/43/getting-started/compatibility/ */
const OLDEST_JAVA = 17;

/**
 * Missing programs that a local Kafka process needs, such as `['Java 17', 'Maven']`.
 * @param isFetched whether Kafka's jars are there, so that Maven is not needed
 */
export async function missingTools({
  isFetched,
}: {
  readonly isFetched: boolean;
}): Promise<readonly string[]> {
  const [version, hasMaven] = await Promise.all([javaVersion(), isFetched || canRun('mvn', ['--version'])]);
  return [version >= OLDEST_JAVA ? '' : `Java ${OLDEST_JAVA}`, hasMaven ? '' : 'Maven'].filter(Boolean);
}

/**
 * The major version of Java; 0 without it. `java -version` writes `openjdk version "17.0.15" …` to stderr.
 */
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
