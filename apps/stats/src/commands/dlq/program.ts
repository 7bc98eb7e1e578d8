import { type Command, exitCode, settingsOf, UserError, withSettings } from '@pipeline/runtime';
import { currentUser } from '../../current-user.ts';
import { statsSettings } from '../../settings.ts';
import { explained } from '../../user-errors.ts';
import { discardOpenLetters } from './discard.ts';
import { exportDeadLetters } from './export.ts';
import {
  choosesSome,
  type FilterFlags,
  filterOf,
  gatherIds,
  parseCount,
  parseId,
  parseStatus,
  withFilters,
} from './filters.ts';
import { listDeadLetters } from './list.ts';
import { redriveDeadLetters } from './redrive.ts';
import { showDeadLetter } from './show.ts';

/** Adds the commands about dead letters. */
export function addDeadLetterCommands(stats: Command): void {
  const dlq = stats.command('dlq').description('look at dead letters, redrive or discard them');
  addLooking(dlq);
  addRedrive(dlq);
  addDiscard(dlq);
}

function addLooking(dlq: Command): void {
  withSettings(withFilters(dlq.command('ls')), statsSettings)
    .description('the latest dead letters, the newest first')
    .option('--status <name>', 'letters that are open, redriven or discarded', parseStatus)
    .option('--limit <n>', 'so many', parseCount, 20)
    .option('--before <id>', 'older than this one', parseId)
    .option('--json', 'print a JSON document a line')
    .action(
      explained((flags, command) =>
        listDeadLetters(settingsOf(command, statsSettings), filterOf(flags), command.optsWithGlobals()),
      ),
    );
  withSettings(dlq.command('show'), statsSettings)
    .description('one dead letter, with its bytes and its history')
    .argument('<id>', 'its number', parseId)
    .option('--json', 'print JSON')
    .action(
      explained((id, _flags, command) =>
        showDeadLetter(settingsOf(command, statsSettings), id, command.optsWithGlobals()),
      ),
    );
  withSettings(withFilters(dlq.command('export')), statsSettings)
    .description('the values as lines, as "producer --from -" reads them, or a table about them')
    .option('--status <name>', 'letters that are open, redriven or discarded', parseStatus)
    .option('--csv', 'a table instead')
    .action(
      explained((flags, command) =>
        exportDeadLetters(settingsOf(command, statsSettings), filterOf(flags), flags.csv ? 'csv' : 'ndjson'),
      ),
    );
}

function addRedrive(dlq: Command): void {
  withChoice(dlq.command('redrive'))
    .description('send open dead letters to their topic again; exit code 3 when some could not be sent')
    .option('--limit <n>', 'at most so many', parseCount, 10_000)
    .option('--rate <n>', 'letters a second; DLQ_REDRIVE_RATE where it is not given', parseCount)
    .action(
      explained((ids, flags, command) =>
        redriveDeadLetters(settingsOf(command, statsSettings), chosen(flags, ids), flags),
      ),
    );
}

function addDiscard(dlq: Command): void {
  withChoice(dlq.command('discard'))
    .description('close open dead letters; their bytes stay in the table')
    .requiredOption('--because <text>', 'why, for whoever asks later')
    .action(
      explained((ids, flags, command) =>
        discardOpenLetters(settingsOf(command, statsSettings), chosen(flags, ids), flags),
      ),
    );
}

/** What changes things needs a choice, and can be tried. */
function withChoice(command: Command): Command {
  const by = command.createOption('--by <name>', 'who does it, for the record');
  return withSettings(withFilters(command), statsSettings)
    .argument('[ids...]', 'numbers of letters', gatherIds)
    .option('--all', 'all that match; without any other flag, all that are open')
    .addOption(by.default(currentUser(), 'the user of this process'))
    .option('--dry-run', 'only say how many')
    .option('--yes', 'do not ask');
}

/** @throws UserError when nothing says which letters are meant */
function chosen(flags: FilterFlags & { readonly all?: boolean }, ids?: readonly bigint[]) {
  if ((ids?.length ?? 0) > 0 || choosesSome(flags) || flags.all) return filterOf(flags, ids);
  throw new UserError('no dead letter is chosen', 'give their numbers, a filter, or --all', exitCode.usage);
}
