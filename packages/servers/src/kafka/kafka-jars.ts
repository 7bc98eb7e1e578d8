import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@pipeline/runtime';
import { startGuarded } from '../process/guarded.ts';
import { printLine, type Report } from '../report.ts';

/** The version that kafka/pom.xml names. */
export const kafkaVersion = '4.4.0';

/** Kafka's files in this package: the list of jars and the broker's log settings. */
export const kafkaFolder = join(import.meta.dirname, '../../kafka');

function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kafka-to-postgres');
}

function jarsFolder(version: string): string {
  return join(cacheFolder(), `kafka-${version}`);
}

/** Whether the jars of the local broker are in this user's cache. */
export function hasKafkaJars(): boolean {
  return existsSync(jarsFolder(kafkaVersion));
}

/**
 * The folder of a broker's jars. Maven downloads them once per user; all clones share them.
 * @throws UserError if Maven cannot download them; the signal's reason once it is aborted
 */
export async function fetchKafkaJars(
  version: string,
  signal?: AbortSignal,
  report: Report = printLine,
): Promise<string> {
  const folder = jarsFolder(version);
  if (existsSync(folder)) return folder;
  report(`downloading Kafka ${version} with Maven, once per user`);
  await mkdir(cacheFolder(), { recursive: true });
  const fresh = await mkdtemp(`${folder}.`);
  try {
    await runMaven(version, fresh, signal);
    await moveUnlessThere(join(fresh, 'jars'), folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

async function runMaven(version: string, folder: string, signal?: AbortSignal): Promise<void> {
  const logPath = join(cacheFolder(), 'maven.log');
  const pom = ['-f', join(kafkaFolder, 'pom.xml')];
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'jars')}`];
  const command = ['mvn', '-q', '-B', ...pom, `-Dkafka.version=${version}`, ...goal];
  const maven = await startGuarded(command, { logPath });
  const stop = () => void maven.stop();
  signal?.addEventListener('abort', stop, { once: true });
  const code = await maven.ended;
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  if (code !== 0) throw new UserError(`Maven could not download Kafka ${version}`, `see ${logPath}`);
}

/** Another process may have downloaded the same files at the same time; the first one wins. */
async function moveUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}
