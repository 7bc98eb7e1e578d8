import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@pipeline/runtime';
import { startGuarded } from '../process/guarded.ts';
import { say } from '../screen.ts';

/** The version that kafka/pom.xml names. */
export const kafkaVersion = '4.3.1';

/** Kafka's own files in this package: what to fetch, and how the broker logs. */
export const kafkaFolder = join(import.meta.dirname, '../../kafka');

function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kafka-to-postgres');
}

function jarsFolder(): string {
  return join(cacheFolder(), `kafka-${kafkaVersion}`);
}

/** Whether this user has the broker's jars. */
export function hasKafkaJars(): boolean {
  return existsSync(jarsFolder());
}

/**
 * The folder of the broker's jars: fetched once for each user with Maven, then shared by all clones.
 * @throws UserError when Maven cannot fetch them
 */
export async function fetchKafkaJars(signal?: AbortSignal): Promise<string> {
  const folder = jarsFolder();
  if (hasKafkaJars()) return folder;
  say(`fetching Kafka ${kafkaVersion} with Maven, once for this user`);
  await mkdir(cacheFolder(), { recursive: true });
  const fresh = await mkdtemp(`${folder}.`);
  try {
    await runMaven(fresh, signal);
    await moveUnlessThere(join(fresh, 'jars'), folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

async function runMaven(folder: string, signal?: AbortSignal): Promise<void> {
  const logPath = join(cacheFolder(), 'maven.log');
  const pom = ['-f', join(kafkaFolder, 'pom.xml')];
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'jars')}`];
  const maven = await startGuarded(['mvn', '-q', '-B', ...pom, ...goal], { logPath });
  const stop = () => void maven.stop();
  signal?.addEventListener('abort', stop, { once: true });
  const code = await maven.ended;
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  if (code !== 0) throw new UserError(`Maven could not fetch Kafka ${kafkaVersion}`, `see ${logPath}`);
}

/** Whoever fetches at the same time and is first wins: both have the same files. */
async function moveUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}
