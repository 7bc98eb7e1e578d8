import { join } from 'node:path';
import { codeOf } from '@pipeline/db';
import { keepProof, readPurgedRows, readSnapshot, readVersions } from '@pipeline/db/prove';
import { loadDefinition } from '@pipeline/definition';
import {
  type ClusterAdmin,
  connectKafka,
  kafkaErrors,
  openAdmin,
  type Position,
  partitionName,
  requireTopics,
  resolvePosition,
  type TopicPartition,
} from '@pipeline/kafka';
import { showProgress } from '@pipeline/program';
import {
  createRecordPace,
  exitCode,
  resolveCliPath,
  type Settings,
  UserError,
  waitFor,
} from '@pipeline/runtime';
import { createAccept, createDecoder, type EventDefinition } from '@pipeline/schema';
import { type Maintenance, maintain, type WaitFlag } from '../collect/reach-postgres.ts';
import type { proveSettings } from '../settings.ts';
import { printJson, toPlain } from '../terminal/json.ts';
import { createEstimate } from './estimate.ts';
import { MAX_LISTED, toStray } from './finding.ts';
import { type Plan, type ProvenPartition, planProof } from './plan.ts';
import { readRecords } from './read-records.ts';
import { renderReceipt } from './receipt/print-receipt.ts';
import { type Receipt, toReceipt } from './receipt/receipt.ts';
import { toRowEntries } from './settle/entries.ts';
import { ID_BYTES } from './settle/event-id.ts';
import { bucketsFor, Journal } from './settle/journal.ts';
import { settle } from './settle/settle.ts';
import { initialState, type ProofState } from './state.ts';
import { openWork, type WorkFolder } from './work.ts';

export interface ProveFlags extends WaitFlag {
  readonly from?: Position;
  readonly to?: Position;
  readonly topic?: string;
  readonly partition?: number;
  /** The share of event ids that is judged. */
  readonly sample: number;
  /** Records per second; 0 is unlimited. */
  readonly rate: number;
  readonly workDir?: string;
  readonly restart?: boolean;
  readonly json?: boolean;
}

type ProveSettings = Settings<typeof proveSettings>;

/** The folder of the journal; its number is the format of the files, so that a proof continues only its own. */
const JOURNAL = 'journal-2';

/** What all parts of a proof use. */
interface Proving extends Maintenance {
  readonly settings: ProveSettings;
  readonly flags: ProveFlags;
  readonly definition: EventDefinition;
  readonly admin: ClusterAdmin;
  readonly work: WorkFolder;
  /** Runs an operation on Kafka, and waits while it does not respond. */
  readonly reach: <Value>(operation: () => Promise<Value>) => Promise<Value>;
}

/**
 * Reads a range of the topics again, compares every record with the tables, prints a receipt and stores it.
 * @throws UserError with exit code 3 on any difference
 */
export async function prove(settings: ProveSettings, flags: ProveFlags, version: string): Promise<void> {
  const definition = await loadDefinition(settings);
  await maintain(settings, flags, async (maintenance) => {
    const { context } = maintenance;
    using work = openWorkFor(settings, flags, context.database.address);
    if (flags.restart) work.forget();
    const reach = <Value>(operation: () => Promise<Value>) =>
      waitFor(operation, reachKafka(maintenance, settings));
    await using admin = await reach(() => openAdmin(connectKafka(settings, 'stats', context.logger)));
    await reach(() => requireTopics(admin, settings.KAFKA_TOPIC));
    const proving = { ...maintenance, settings, flags, definition, admin, work, reach };
    const receipt = await makeReceipt(proving, version);
    await storeReceipt(proving, receipt);
    work.remove();
    if (flags.json) printJson(receipt);
    else process.stdout.write(renderReceipt(receipt));
    failUnlessClean(receipt);
  });
}

function openWorkFor(settings: ProveSettings, flags: ProveFlags, address: string): WorkFolder {
  const { from, to, topic, partition, sample, workDir } = flags;
  const { DATABASE_SCHEMA: schema, KAFKA_BROKERS: brokers, KAFKA_TOPIC: topics } = settings;
  const range = [from, to].map((position) => (position === undefined ? null : String(position)));
  const parent = workDir === undefined ? undefined : resolveCliPath(workDir);
  const choice = [topic ?? null, partition ?? null, sample];
  return openWork(parent, [JOURNAL, address, schema, brokers, topics, range, ...choice]);
}

function reachKafka({ context: { say, signal } }: Maintenance, { KAFKA_BROKERS }: ProveSettings) {
  return { system: `Kafka at ${KAFKA_BROKERS.join(',')}`, errors: kafkaErrors, say, signal };
}

async function makeReceipt(proving: Proving, version: string): Promise<Receipt> {
  const { context, persist, work, flags, admin, reach } = proving;
  const { state, journal } = (await resume(proving)) ?? (await begin(proving));
  const read = await readAll(proving, state, journal);
  await requireSameLedgers(proving, read.plan);
  const purged = await persist(() => readPurgedRows(context.database));
  save(work, journal, read);
  const settled = settle(journal.groups(), read, purged);
  const database = await persist(() => readVersions(context.database));
  const clusterId = await reach(admin.clusterId);
  const finishedAt = new Date().toISOString();
  return toReceipt(read, settled, { finishedAt, version, database, clusterId, sample: flags.sample });
}

interface Begun {
  readonly state: ProofState;
  readonly journal: Journal;
}

/** Continues an interrupted proof, unless the ledgers have been reset since. */
async function resume({ context, settings, work }: Proving): Promise<Begun | undefined> {
  const state = work.load() as ProofState | undefined;
  if (state === undefined) return undefined;
  const changed = await findReset(settings, state.plan);
  if (changed !== undefined) return undefined;
  context.say(`continuing the proof that was started at ${state.plan.startedAt}`);
  return { state, journal: new Journal(join(work.path, JOURNAL), state.lengths) };
}

/** Chooses the range, and lists the ids of all rows if they can be compared with the records. */
async function begin(proving: Proving): Promise<Begun> {
  const { context, settings, flags, definition, admin, work, persist, reach } = proving;
  const { KAFKA_TOPIC: topics } = settings;
  const [fromOf, toOf] = await Promise.all(
    [flags.from, flags.to].map((position) => reach(() => resolvePosition(admin, topics, position))),
  );
  const choice = { topic: flags.topic, partition: flags.partition, fromOf, toOf };
  return await persist(() =>
    readSnapshot(context.settings, async ({ ledgers, eventIds, strayDeadLetters }) => {
      const logs = await reach(() => admin.fetchLogs(topics));
      const basis = {
        startedAt: new Date().toISOString(),
        ledgers,
        logs,
        identity: definition.envelope.identity,
      };
      const plan = planProof(basis, choice);
      const journal = new Journal(join(work.path, JOURNAL), new Array(bucketsOf(plan)).fill(0));
      const pace = createRecordPace(ROWS_PER_RECORD * flags.rate, context.signal);
      if (plan.rowsNotChecked === null)
        for await (const ids of eventIds()) {
          journal.add(toRowEntries(ids, flags.sample));
          await pace.wait(ids.length / ID_BYTES);
        }
      const strays = (await strayDeadLetters(MAX_LISTED)).map((one) => toStray(one, one));
      const state = initialState(plan, { count: strays.length, first: strays }, journal.flush());
      save(work, journal, state);
      return { state, journal };
    }),
  );
}

/** Listing the ids of rows costs a tenth of comparing records. */
const ROWS_PER_RECORD = 10;

function bucketsOf({ partitions }: Plan): number {
  return bucketsFor(2 * partitions.reduce((sum, { from, to }) => sum + Number(to - from), 0));
}

const CHECKPOINT_MS = 2_000;
/** Smaller fetches keep the pauses of a limited rate short. */
const PACED_FETCH_BYTES = 128 << 10;

async function readAll(proving: Proving, state: ProofState, journal: Journal): Promise<ProofState> {
  const { context, persist, settings, flags, definition, admin, work, reach } = proving;
  const { DECOMPRESSED_MAX_BYTES: maxBytes, DECODED_MAX_RECORDS: maxRecords } = settings;
  const { database, say, signal } = context;
  const { envelope } = definition;
  using progress = showProgress('proving', say);
  const estimate = createEstimate();
  const pace = createRecordPace(flags.rate, signal);
  const checkpoints = createCheckpoints((latest) => save(work, journal, latest));
  try {
    return await readRecords(
      {
        admin,
        fetchLogStart: (one) => reach(() => fetchLogStart(admin, one)),
        judge: {
          ...{ database, persist, envelope, sample: flags.sample },
          ...{ accept: createAccept(definition), decode: createDecoder(definition) },
        },
        journal,
        limits: { maxBytes, maxRecords },
        fetchBytes: flags.rate === 0 ? undefined : PACED_FETCH_BYTES,
        wait: pace.wait,
        onProgress: (latest) => {
          checkpoints.note(latest);
          const { percent, rest } = estimate(latest);
          progress.report(percent, rest);
        },
        say,
        errors: kafkaErrors,
        signal,
      },
      state,
    );
  } finally {
    checkpoints.save();
  }
}

async function fetchLogStart(admin: ClusterAdmin, { topic, partition }: TopicPartition): Promise<bigint> {
  const logs = await admin.fetchLogs([topic]);
  return logs.find((one) => one.partition === partition)?.logStart ?? 0n;
}

/** Saves the latest state every two seconds. */
function createCheckpoints(save: (state: ProofState) => void) {
  let latest: ProofState | undefined;
  let savedAt = performance.now();
  return {
    note(state: ProofState) {
      latest = state;
      if (performance.now() - savedAt < CHECKPOINT_MS) return;
      save(state);
      savedAt = performance.now();
    },
    save: () => latest && save(latest),
  };
}

function save(work: WorkFolder, journal: Journal, state: ProofState): void {
  work.save({ ...state, lengths: journal.flush() });
}

/** @throws UserError if a log was truncated or recreated: the records that were read may be those of the former one */
async function requireSameLedgers({ settings, work }: Proving, plan: Plan): Promise<void> {
  const changed = await findReset(settings, plan);
  if (changed === undefined) return;
  work.forget();
  throw new UserError(
    `the ledger of ${partitionName(changed)} was reset while the topic was read`,
    'start the proof again',
  );
}

async function findReset(settings: ProveSettings, plan: Plan): Promise<ProvenPartition | undefined> {
  const ledgers = await readSnapshot(settings, async (snapshot) => snapshot.ledgers);
  const resets = new Map(ledgers.map((ledger) => [partitionName(ledger), ledger.resets]));
  return plan.partitions.find((one) => resets.get(partitionName(one)) !== one.resets);
}

/** Insufficient privilege; no such table; a read-only server, such as a standby. */
const notStored = /^(42501|42P01|25006)$/;

async function storeReceipt({ context, persist }: Proving, receipt: Receipt): Promise<void> {
  const { startedAt, records, differences } = receipt;
  const proof = {
    startedAt: new Date(startedAt),
    records,
    differences,
    receipt: JSON.stringify(toPlain(receipt)),
  };
  try {
    await keepProof(context.writableDatabase, proof);
  } catch (error) {
    if (!notStored.test(codeOf(error))) throw await persist(() => Promise.reject(error));
    context.say(
      'the receipt is not stored: there is no table for proofs, or this user may not insert into it',
    );
  }
}

function failUnlessClean({ isClean, differences }: Receipt): void {
  if (isClean) return;
  throw new UserError(
    `differences found: ${differences}`,
    'see "Differences" in the documentation of prove',
    exitCode.checkFailed,
  );
}
