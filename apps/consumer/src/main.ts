import { databaseSettings } from '@pipeline/db';
import { eventSettings } from '@pipeline/definition';
import {
  kafkaSettings,
  parsePartition,
  parseSkip,
  type Skip,
  type TopicLayout,
  type TopicPartition,
} from '@pipeline/kafka';
import {
  addHealthCommand,
  createProgram,
  currentUser,
  invalidArgument,
  loggerSettings,
  numberBetween,
  parsePosition,
  runProgram,
  settingsOf,
  withSettings,
} from '@pipeline/program';
import manifest from '../package.json' with { type: 'json' };
import { type CheckOptions, checkTopic } from './check/check-topic.ts';
import { checkSettings } from './check/settings.ts';
import { createMissingTopics } from './create-topics.ts';
import { migrateTables } from './migrate.ts';
import { type PauseOptions, pauseAll, pauseSettings, resumeAll } from './pauses/change-pauses.ts';
import { type ReplayOptions, replay } from './replay/replay.ts';
import { replaySettings } from './replay/settings.ts';
import { compareDefinitions } from './replay/what-if.ts';
import { runConsumer } from './run.ts';
import { consumerSettings, probeAddress, probeSettings, requireListed } from './settings.ts';

interface Flags {
  readonly once?: boolean;
  readonly skip?: readonly Skip[];
  readonly acceptCluster?: string;
}

/** Number of records that a check holds in memory, without their content. */
const MAX_CHECKED = 1_000_000;

/** Records per second of a replay, so that consumers next to it are not slowed down. */
const DEFAULT_RATE = 20_000;

const checkNote = `
Joins no group and writes nothing: the right to read the topics is enough. The
report has no content of records; duplicates have the event_id of an earlier
record among those checked.

JSON: {"schemaVersion":1,"records":100,
"stored":[{"eventType":"purchase","count":96,"earliest":"2026-01-01T00:00:00Z",
"latest":"2026-01-01T00:01:00Z"}],"duplicates":1,
"rejected":[{"reason":"not_an_event","eventType":null,"path":"/user_id",
"message":"must be string","count":2,"example":"events:0:4711"}],"skipped":1}`;

const examples = `Examples:
  consumer                          run until Ctrl-C
  consumer --once                   drain the topics and exit
  consumer --skip events:0:4711     skip one unreadable batch
  consumer create-topics            create the topics that are missing
  consumer migrate                  create or migrate the tables and views
  consumer check --from-topic 100   what would become of the last records of the topics
`;

const program = withSettings(
  createProgram(
    'consumer',
    'Stores the events of Kafka topics in Postgres, each exactly once.',
    manifest.version,
  ),
  consumerSettings,
)
  .addHelpText('before', examples)
  .option('--once', 'drain to the current end offsets, then exit')
  .option(
    '--skip <topic:partition:offset>',
    'skip the batch that contains this offset if it is unreadable; repeatable',
    addSkip,
  )
  .option(
    '--accept-cluster <id>',
    'confirm that the topics have moved to the Kafka cluster with this id; they are read as if recreated',
  )
  .action(async ({ once = false, skip: skips = [], acceptCluster }: Flags, command) => {
    const options = { version: manifest.version, once, skips, acceptedCluster: acceptCluster };
    const settings = settingsOf(command, consumerSettings);
    for (const { topic } of skips) requireListed(settings.KAFKA_TOPIC, '--skip names the topic', topic);
    await runConsumer(settings, options);
  });

/** Catches a typing error; brokers have limits of their own. */
const MAX_PARTITIONS = 10_000;

const topicSettings = { ...kafkaSettings, ...loggerSettings };

withSettings(program.command('create-topics'), topicSettings)
  .description('create the missing topics; safe to repeat')
  .option(
    '--partitions <n>',
    'partitions of each topic of events: the maximum number of consumers',
    numberBetween(1, MAX_PARTITIONS),
    3,
  )
  .option('--dlq-partitions <n>', 'partitions of the dead-letter topic', numberBetween(1, MAX_PARTITIONS), 1)
  .option(
    '--replication-factor <n>',
    "replicas of a partition (default: the brokers')",
    numberBetween(1, 100),
  )
  .action(async (layout: TopicLayout, command) =>
    createMissingTopics(settingsOf(command, topicSettings), layout),
  );

const migrateSettings = { ...eventSettings, ...databaseSettings, ...loggerSettings };

withSettings(program.command('migrate'), migrateSettings)
  .description('create or migrate the tables and views')
  .option('--finish', 'also apply changes that consumers of the previous version cannot work with')
  .action(async ({ finish = false }: { readonly finish?: boolean }, command) =>
    migrateTables(settingsOf(command, migrateSettings), finish),
  );

withSettings(program.command('check'), checkSettings)
  .description(
    'print what would become of the last records of the topics; exit code 3 if one would be rejected',
  )
  .requiredOption(
    '--from-topic <n>',
    'number of records, of all partitions of all topics together',
    numberBetween(1, MAX_CHECKED),
  )
  .option('--json', 'print the report as JSON')
  .addHelpText(
    'before',
    'Examples:\n  consumer check --from-topic 100\n  EVENTS=events.ts consumer check --from-topic 100\n',
  )
  .addHelpText('after', checkNote)
  .action(async (options: CheckOptions, command) => checkTopic(settingsOf(command, checkSettings), options));

const replayNote = `
Joins no group, and reads no further than consumers have. The ledger changes only by
events that are stored: their number is added to stored, and subtracted from
start_offset. Rejected records are counted; no dead letters are added.

With --dry-run and --events=PATH the report compares that definition with the present
one, which EVENTS of the environment names: what each stores and rejects, and every kind of
difference with up to ten places.

JSON: {"schemaVersion":1,"dryRun":false,"isInterrupted":false,
"ranges":[{"topic":"events","partition":0,"from":"0","to":"100","next":"100"}],
"records":100,"alreadyStored":90,"purged":1,"skipped":1,"unreadable":0,
"stored":[{"eventType":"purchase","count":6}],
"rejected":[{"reason":"not_an_event","eventType":null,"detail":"/user_id must be string",
"example":"events:0:17","count":2}]}`;

withSettings(program.command('replay'), replaySettings)
  .description('read records again, next to running consumers, and store the events that are missing')
  .requiredOption('--from <position>', 'first offset, or time of the first records', parsePosition)
  .option('--to <position>', 'offset after the last one, or time (default: all)', parsePosition)
  .option('--topic <name>', 'only this topic')
  .option('--partition <n>', 'only this partition', numberBetween(0, 999_999_999))
  .option(
    '--rate <n>',
    'maximum records per second, 0 = as fast as it can',
    numberBetween(0, 1e9),
    DEFAULT_RATE,
  )
  .option('--purged', 'also store events that a purge may have removed')
  .option('--dry-run', 'only print what would be stored')
  .option('--json', 'print the report as JSON')
  .addHelpText(
    'before',
    'Examples:\n  consumer replay --from 2026-11-24T09:00:00Z --to 2026-11-24T10:00:00Z --dry-run\n' +
      '  consumer replay --topic events --partition 0 --from 1000 --to 2000\n' +
      '  consumer replay --from 2026-11-24 --dry-run --events=candidate.ts\n',
  )
  .addHelpText('after', replayNote)
  .action(async (options: ReplayOptions & { readonly events?: string }, command) => {
    const settings = settingsOf(command, replaySettings);
    if (!options.dryRun || options.events === undefined) return await replay(settings, options);
    const present = settingsOf(command, replaySettings, Object.keys(eventSettings));
    await compareDefinitions(present, settings, options);
  });

const partitionFlag = ['--partition <topic:partition>', 'partition, such as events:0; repeatable'] as const;

withSettings(program.command('pause'), pauseSettings)
  .description('pause partitions: consumers stop reading them within 5 s, until they are resumed')
  .requiredOption(...partitionFlag, addPartition)
  .addOption(
    program
      .createOption('--by <name>', 'acting user, for the record')
      .default(currentUser(), 'the user of this process'),
  )
  .option('--reason <text>', 'why, for the record', '')
  .addHelpText(
    'before',
    'Examples:\n  consumer pause --partition events:0 --partition events:1 --reason "a faulty producer"\n',
  )
  .action(async (options: PauseOptions, command) => pauseAll(settingsOf(command, pauseSettings), options));

withSettings(program.command('resume'), pauseSettings)
  .description('resume paused partitions, within 5 s')
  .requiredOption(...partitionFlag, addPartition)
  .addHelpText('before', 'Examples:\n  consumer resume --partition events:0\n')
  .action(async (options: PauseOptions, command) => resumeAll(settingsOf(command, pauseSettings), options));

withSettings(
  addHealthCommand(program, (command) => probeAddress(settingsOf(command, probeSettings))),
  { ...probeSettings, ...loggerSettings },
);

await runProgram(program);

function addSkip(text: string, skips: readonly Skip[] = []): readonly Skip[] {
  const skip = parseSkip(text);
  if (skip === undefined) throw invalidArgument('Expected TOPIC:PARTITION:OFFSET, such as events:0:4711.');
  return [...skips, skip];
}

function addPartition(text: string, all: readonly TopicPartition[] = []): readonly TopicPartition[] {
  const partition = parsePartition(text);
  if (partition === undefined) throw invalidArgument('Expected TOPIC:PARTITION, such as events:0.');
  return [...all, partition];
}
