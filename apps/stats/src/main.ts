import {
  addHealthCommand,
  createProgram,
  loggerSettings,
  numberBetween,
  runProgram,
  settingsOf,
  withSettings,
} from '@pipeline/program';
import manifest from '../package.json' with { type: 'json' };
import { checkThresholds } from './commands/check.ts';
import { parseTime } from './commands/dlq/filters.ts';
import { addDeadLetterCommands } from './commands/dlq/program.ts';
import { examine } from './commands/doctor.ts';
import { withChangeFlags, withWait } from './commands/options.ts';
import { partitionByDay } from './commands/partition.ts';
import { addProveCommand } from './commands/prove.ts';
import { purgeOld } from './commands/purge.ts';
import { showStats } from './commands/show.ts';
import { verifyAll } from './commands/verify.ts';
import { doctorSettings, pageAddress, pageSettings, serveSettings, statsSettings } from './settings.ts';

const examples = `Examples:
  stats                         counts, lag and dead letters
  stats --json | jq .lag        as JSON
  stats --watch                 refresh every 2 seconds
  stats serve                   the web page
  stats verify                  recount everything and compare
  stats check --max-lag 10000   exit 3 if a threshold is exceeded
  stats doctor                  check the set-up
  stats dlq ls                  the latest dead letters
`;

const WATCH_SECONDS = 2;
const count = numberBetween(0, Number.MAX_SAFE_INTEGER);

// "stats --json verify" means the same as "stats verify --json".
const program = withSettings(
  createProgram('stats', 'Shows the counts, lag and dead letters of the pipeline.', manifest.version),
  statsSettings,
)
  .addHelpText('before', examples)
  .option('--json', 'print a JSON document, one per line with --watch')
  .option(
    '--watch [seconds]',
    `refresh every N seconds (default: ${WATCH_SECONDS}); waits for Postgres`,
    numberBetween(0.1, 86_400),
  )
  .option('--wait', 'wait for Postgres instead of failing')
  .action(async ({ json, watch, wait }, command) => {
    const seconds = watch === true ? WATCH_SECONDS : watch;
    await showStats(settingsOf(command, statsSettings), { json, watch: seconds, wait });
  });

withSettings(program.command('serve'), serveSettings)
  .description('serve the web page and its JSON API')
  .action(async (_options, command) => {
    // Only this command needs the web server and the validator of requests.
    const { serveStats } = await import('./commands/serve.ts');
    await serveStats(settingsOf(command, serveSettings), manifest.version);
  });

withWait(program.command('verify'))
  .description('recount everything and compare; exit code 3 on any difference')
  .option('--repair', 'rebuild the aggregates first; writers wait until it is done')
  .option('--json', 'print the differences as JSON')
  .addHelpText('before', 'Examples:\n  stats verify\n  stats verify --repair\n')
  .action(async (_options, command) =>
    verifyAll(settingsOf(command, statsSettings), command.optsWithGlobals()),
  );

withWait(program.command('check'))
  .description('compare figures with thresholds; exit code 3 if one is exceeded or unknown')
  .option('--max-lag <n>', 'maximum lag in records', count)
  .option('--max-age <seconds>', 'maximum seconds since the last write', count)
  .option('--max-dlq <n>', 'maximum number of open dead letters', count)
  .addHelpText('before', 'Examples:\n  stats check --max-lag 10000 --max-age 60 --max-dlq 0\n')
  .action(async (_options, command) =>
    checkThresholds(settingsOf(command, statsSettings), command.optsWithGlobals()),
  );

const doctorJson = `
JSON: {"schemaVersion":1,"findings":[{"name":"dlq-topic-too-small",
"problem":"…","remedy":"…","command":null}]}`;

withSettings(program.command('doctor').addHelpText('after', doctorJson), doctorSettings)
  .description('check topics, rights, settings, versions and limits; exit code 3 if there is a finding')
  .option('--json', 'print the findings as JSON')
  .addHelpText('before', 'Examples:\n  stats doctor\n  stats doctor --json | jq .findings[].name\n')
  .action(async (_options, command) =>
    examine(settingsOf(command, doctorSettings), command.optsWithGlobals()),
  );

addProveCommand(program, manifest.version);
addDeadLetterCommands(program);

const purgeJson = `
JSON: {"schemaVersion":1,"dryRun":false,"before":"2026-01-01T00:00:00.000Z",
"events":"1200","deadLetters":"3"}`;

withChangeFlags(
  withWait(program.command('purge').addHelpText('after', purgeJson))
    .description('delete old events with their counts, and old resolved dead letters')
    .requiredOption('--before <time>', 'delete what is older than this, such as 2026-01-01', parseTime),
  'only print how many rows would be deleted',
)
  .addHelpText(
    'before',
    'Examples:\n  stats purge --before 2026-01-01 --dry-run\n  stats purge --before 2026-01-01 --yes\n',
  )
  .action(async (_options, command) =>
    purgeOld(settingsOf(command, statsSettings), command.optsWithGlobals()),
  );

withWait(program.command('partition'))
  .description('partition the events by day, and create the partitions of the next days; safe to repeat')
  .option('--ahead <days>', 'number of days to create partitions for', numberBetween(1, 365), 7)
  .addHelpText('before', 'Examples:\n  stats partition --ahead 14\n')
  .action(async (_options, command) =>
    partitionByDay(settingsOf(command, statsSettings), command.optsWithGlobals()),
  );

withSettings(
  addHealthCommand(program, (command) => pageAddress(settingsOf(command, pageSettings))),
  { ...pageSettings, ...loggerSettings },
);

await runProgram(program);
