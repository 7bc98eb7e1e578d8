import { createProgram, exitCode, Failure, runProgram, settingsOf, withSettings } from '@pipeline/runtime';
import manifest from '../package.json' with { type: 'json' };
import { checkThresholds, serveStats, showStats, verifyAll } from './commands.ts';
import { statsSettings } from './settings.ts';

const examples = `Examples:
  stats                         what is in the pipeline
  stats --json | jq .lag        the same for programs
  stats --watch                 again every 2 seconds
  stats verify                  recount everything and compare
  stats check --max-lag 10000   exit 3 when something is wrong
  stats serve                   the web page
`;

const DEFAULT_WATCH_SECONDS = 2;

const program = createProgram('stats', 'Shows what is in the pipeline.', manifest.version)
  .addHelpText('beforeAll', examples)
  .option('--json', 'print the stable JSON shape')
  .option('--watch [seconds]', 'look again and again', numberFrom(0.1))
  .action(async (options, command) => {
    const watch = options.watch === true ? DEFAULT_WATCH_SECONDS : options.watch;
    await showStats(settingsOf(command, statsSettings), { ...options, watch });
  });

program
  .command('serve')
  .description('serve the web page and its JSON API')
  .action(async (_options, command) => serveStats(settingsOf(command, statsSettings), manifest.version));

program
  .command('verify')
  .description('recount everything and compare; exit code 3 on any difference')
  .option('--repair', 'rebuild the aggregates first')
  .option('--json', 'print the differences as JSON')
  .action(async (options, command) => verifyAll(settingsOf(command, statsSettings), options));

program
  .command('check')
  .description('exit code 3 when a threshold is passed')
  .option('--max-lag <n>', 'records behind the end of the log', numberFrom(0))
  .option('--max-age <seconds>', 'seconds since the last write', numberFrom(0))
  .option('--max-dlq <n>', 'open dead letters', numberFrom(0))
  .action(async (options, command) => checkThresholds(settingsOf(command, statsSettings), options));

await runProgram(withSettings(program, statsSettings));

function numberFrom(least: number): (text: string) => number {
  return (text) => {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (number >= least) return number;
    throw new Failure(`got ${JSON.stringify(text)}`, `expected a number from ${least} up`, exitCode.usage);
  };
}
