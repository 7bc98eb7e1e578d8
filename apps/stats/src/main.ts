import {
  addHealthCommand,
  createProgram,
  numberBetween,
  runProgram,
  settingsOf,
  withSettings,
} from '@pipeline/runtime';
import manifest from '../package.json' with { type: 'json' };
import { checkThresholds } from './commands/check.ts';
import { parseTime } from './commands/dlq/filters.ts';
import { addDeadLetterCommands } from './commands/dlq/program.ts';
import { partitionByDay } from './commands/partition.ts';
import { purgeOld } from './commands/purge.ts';
import { serveStats } from './commands/serve.ts';
import { showStats } from './commands/show.ts';
import { verifyAll } from './commands/verify.ts';
import { currentUser } from './current-user.ts';
import { pageAddress, pageSettings, statsSettings } from './settings.ts';

const examples = `Examples:
  stats                         what is in the pipeline
  stats --json | jq .lag        the same for programs
  stats --watch                 again every 2 seconds
  stats verify                  recount everything and compare
  stats check --max-lag 10000   exit 3 when something is wrong
  stats serve                   the web page
  stats dlq ls                  the latest dead letters
  stats purge --before 2026-01-01   remove what is older
`;

const WATCH_SECONDS = 2;
const count = numberBetween(0, Number.MAX_SAFE_INTEGER);

// "verify --json" has a --json of its own; "--json verify" means the same.
const program = withSettings(
  createProgram('stats', 'Shows what is in the pipeline.', manifest.version).enablePositionalOptions(),
  statsSettings,
)
  .addHelpText('beforeAll', examples)
  .option('--json', 'print the stable JSON shape, a document a line')
  .option(
    '--watch [seconds]',
    `look again and again (default: every ${WATCH_SECONDS})`,
    numberBetween(0.1, 86_400),
  )
  .action(async ({ json, watch }, command) => {
    const seconds = watch === true ? WATCH_SECONDS : watch;
    await showStats(settingsOf(command, statsSettings), { json, watch: seconds });
  });

withSettings(program.command('serve'), statsSettings)
  .description('serve the web page and its JSON API')
  .action(async (_options, command) => serveStats(settingsOf(command, statsSettings), manifest.version));

withSettings(program.command('verify'), statsSettings)
  .description('recount everything and compare; exit code 3 on any difference')
  .option('--repair', 'rebuild the aggregates first; writers wait meanwhile')
  .option('--json', 'print the differences as JSON')
  .action(async (_options, command) =>
    verifyAll(settingsOf(command, statsSettings), command.optsWithGlobals()),
  );

withSettings(program.command('check'), statsSettings)
  .description('look once; exit code 3 when a threshold is exceeded or cannot be judged')
  .option('--max-lag <n>', 'records behind the end of the log', count)
  .option('--max-age <seconds>', 'seconds since the last write', count)
  .option('--max-dlq <n>', 'open dead letters', count)
  .action(async ({ maxLag, maxAge, maxDlq }, command) =>
    checkThresholds(settingsOf(command, statsSettings), { maxLag, maxAge, maxDlq }),
  );

addDeadLetterCommands(program);

withSettings(program.command('purge'), statsSettings)
  .description('remove old events, their counts, and old dead letters that are no longer open')
  .requiredOption('--before <time>', 'what happened, or had failed, before then', parseTime)
  .addOption(
    program
      .createOption('--by <name>', 'who does it, for the record')
      .default(currentUser(), 'the user of this process'),
  )
  .option('--dry-run', 'only say how many')
  .option('--yes', 'do not ask')
  .action(async (flags, command) => purgeOld(settingsOf(command, statsSettings), flags));

withSettings(program.command('partition'), statsSettings)
  .description('keep the events in partitions by day, and make those of the days ahead; safe to repeat')
  .option('--ahead <days>', 'so many days', numberBetween(1, 365), 7)
  .action(async ({ ahead }, command) => partitionByDay(settingsOf(command, statsSettings), ahead));

withSettings(
  addHealthCommand(program, (command) => pageAddress(settingsOf(command, pageSettings))),
  pageSettings,
);

await runProgram(program);
