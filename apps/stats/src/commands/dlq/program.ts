import { type Command, settingsOf } from '@pipeline/program';
import { exitCode, UserError } from '@pipeline/runtime';
import { reachPostgres } from '../../collect/reach-postgres.ts';
import { openStatsContext, type StatsContext } from '../../collect/stats-context.ts';
import { statsSettings } from '../../settings.ts';
import { explain } from '../../user-errors.ts';
import { withChangeFlags, withWait } from '../options.ts';
import { discardOpen } from './discard.ts';
import { exportDeadLetters } from './export.ts';
import {
  type FilterFlags,
  filterOf,
  gatherIds,
  parseCount,
  parseId,
  withFilters,
  withStatus,
} from './filters.ts';
import { listDeadLetters } from './list.ts';
import { redriveDeadLetters } from './redrive.ts';
import { showDeadLetter } from './show.ts';

const examples = `Examples:
  stats dlq ls --reason not_json           the newest dead letters of a reason
  stats dlq show 7                         one dead letter with its bytes
  stats dlq redrive --all --dry-run        how many would be redriven
  stats dlq redrive --topic orders         those of one topic
  stats dlq discard 7 --because "a test"   close one
`;

/** Adds the commands for dead letters. */
export function addDeadLetterCommands(stats: Command): void {
  const dlq = stats
    .command('dlq')
    .description('list, show, export, redrive or discard dead letters')
    .addHelpText('before', examples);
  addList(dlq);
  addShow(dlq);
  addExport(dlq);
  addRedrive(dlq);
  addDiscard(dlq);
}

function addList(dlq: Command): void {
  withWait(withStatus(dlq.command('ls')))
    .description('list the latest dead letters, newest first')
    .option('--limit <n>', 'maximum number to list', parseCount, 20)
    .option('--before <id>', 'only ids below this one, for the next page', parseId)
    .option('--json', 'print a JSON document per line')
    .action((flags, command) =>
      run(command, (context) => listDeadLetters(context, filterOf(flags), command.optsWithGlobals())),
    );
}

function addShow(dlq: Command): void {
  withWait(dlq.command('show'))
    .description('show a dead letter with its bytes and its history')
    .argument('<id>', 'id of the dead letter', parseId)
    .option('--topic <name>', 'only if it is from this topic')
    .option('--json', 'print a JSON document')
    .action((id, _flags, command) =>
      run(command, (context) => showDeadLetter(context, id, command.optsWithGlobals())),
    );
}

function addExport(dlq: Command): void {
  withWait(withStatus(dlq.command('export')))
    .description('print the record values, one per line, for "producer --from -"; or a CSV table')
    .option('--csv', 'print a CSV table without keys and values instead')
    .action((flags, command) =>
      run(command, (context) => exportDeadLetters(context, filterOf(flags), flags.csv ? 'csv' : 'ndjson')),
    );
}

const redriveExamples = `Examples:
  stats dlq redrive 7 8
  stats dlq redrive --reason refused_by_database --dry-run
`;

const redriveJson = `
JSON: {"schemaVersion":1,"dryRun":false,"matching":"2","redriven":"1","failed":"1",
"results":[{"id":"7","topic":"events","partition":0,"offset":"42",
"outcome":"failed","detail":"redriven 3 times already"},…]}`;

function addRedrive(dlq: Command): void {
  withChoice(dlq.command('redrive').addHelpText('before', redriveExamples).addHelpText('after', redriveJson))
    .description('publish open dead letters to their topic again; exit code 3 if some failed')
    .option('--limit <n>', 'maximum number to redrive', parseCount, 10_000)
    .option('--rate <n>', 'dead letters per second (default: DLQ_REDRIVE_RATE)', parseCount)
    .action((ids, flags, command) =>
      run(command, (context) => redriveDeadLetters(context, chosen(flags, ids), flags)),
    );
}

const discardJson = `
JSON: {"schemaVersion":1,"dryRun":false,"matching":"2","discarded":"2"}`;

function addDiscard(dlq: Command): void {
  withChoice(dlq.command('discard').addHelpText('after', discardJson))
    .description('close open dead letters without redriving them; their bytes stay in the table')
    .requiredOption('--because <text>', 'the reason, for the audit record')
    .action((ids, flags, command) =>
      run(command, (context) => discardOpen(context, chosen(flags, ids), flags)),
    );
}

/** Commands that change dead letters require a selection, and support a dry run. */
function withChoice(command: Command): Command {
  withWait(withFilters(command))
    .argument('[ids...]', 'ids of open dead letters', gatherIds)
    .option('--all', 'all open dead letters that match the filters, if any');
  return withChangeFlags(command, 'only print how many match');
}

/** Runs a command once Postgres responds. Errors of Kafka and Postgres become UserErrors. */
async function run(command: Command, work: (context: StatsContext) => Promise<void>): Promise<void> {
  const { wait } = command.optsWithGlobals();
  try {
    await using context = openStatsContext(settingsOf(command, statsSettings));
    await reachPostgres(() => context.database.run((sql) => sql`select 1`), context, { wait });
    await work(context);
  } catch (error) {
    throw explain(error);
  }
}

/** @throws UserError if no dead letters are selected */
function chosen(flags: FilterFlags & { readonly all?: boolean }, ids?: readonly bigint[]) {
  const filter = filterOf(flags, ids);
  if (flags.all || Object.values(filter).some((condition) => condition !== undefined)) return filter;
  throw new UserError('no dead letters are selected', 'add their ids, a filter, or --all', exitCode.usage);
}
