import { cutLog } from '../support/servers/cut-log.ts';
import { type Fault, watchForEvidence } from '../support/system/fault.ts';
import type { KafkaSystem, System } from '../support/system/system.ts';
import { outgrow, quiesce } from './topics.ts';

/** Makes the consumers absent for a while; the returned function ends that. */
type Absence = (system: System) => Promise<() => Promise<void>>;

/** The consumers stay; they only lose their connections. */
const stay: Absence = async () => async () => {};

/** The consumers are unresponsive, and fetch from their next offset afterwards. */
const freeze: Absence = async ({ fleet }) => {
  const frozen = fleet.running;
  for (const { process } of frozen) process.kill('SIGSTOP');
  return async () => {
    for (const { process } of frozen) process.kill('SIGCONT');
  };
};

const stop: Absence = async ({ fleet }) => {
  const size = fleet.running.length;
  await fleet.endAll('SIGTERM');
  return async () => {
    for (let started = 0; started < size; started++) fleet.start();
  };
};

export const absences = [stay, freeze, stop];

/** Kills the broker and cuts all partitions of the topic, as a power failure does. */
export async function cutLogs({ kafka, pipeline, random }: KafkaSystem): Promise<void> {
  await kafka.kill();
  for (const partition of [0, 1, 2]) {
    const lostBatches = 1 + Math.floor(60 * random());
    const cut = { lostBatches, isTorn: random() < 0.5, keepsEpochs: random() < 0.5 };
    await cutLog(kafka.folder, pipeline.topic, partition, cut);
  }
  await kafka.start();
}

/** The records that are lost have been stored, so that none of those sent may be missing afterwards. */
function logsCut(name: string, absence: Absence): Fault<KafkaSystem> {
  return {
    name: `the broker loses the tail of its logs, which outgrow ${name}`,
    async inject(system) {
      await quiesce(system);
      system.watch.expectTruncation();
      const seen = watchForEvidence(system, / was truncated/);
      const comeBack = await absence(system);
      await cutLogs(system);
      system.load.resume();
      await outgrow(system);
      await comeBack();
      await seen();
    },
  };
}

/** Faults of a broker that loses acknowledged records. */
export const truncationFaults = {
  logsCut: logsCut('running consumers', stay),
  logsCutWhileFrozen: logsCut('unresponsive consumers', freeze),
  logsCutWhileStopped: logsCut('stopped consumers', stop),
};
