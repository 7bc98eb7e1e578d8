import { constants, setPriority } from 'node:os';
import {
  type Command,
  invalidArgument,
  numberBetween,
  parsePosition,
  settingsOf,
  withSettings,
} from '@pipeline/program';
import { proveSettings } from '../settings.ts';
import { withWaitFlag } from './options.ts';

/** Records per second: a few percent of a core, so that consumers next to it are not slowed down. */
const DEFAULT_RATE = 5_000;

const examples = `Examples:
  stats prove                                    everything that the topics retain
  stats prove --from 2026-11-24 --sample 0.01    one event of a hundred since a day
  stats prove --topic events --partition 0 --from 1000 --to 2000 --json
  stats prove --rate 0                           as fast as it can

`;

/** Adds the command `prove`. */
export function addProveCommand(program: Command, version: string): void {
  withWaitFlag(withSettings(program.command('prove'), proveSettings))
    .description('compare every record of the topics with the tables')
    .option('--from <position>', 'first offset, or time of the first records', parsePosition)
    .option('--to <position>', 'offset after the last one, or time', parsePosition)
    .option('--topic <name>', 'only this topic')
    .option('--partition <n>', 'only this partition', numberBetween(0, 65_535))
    .option('--sample <ratio>', 'share of the events to compare, chosen by event_id', parseShare, 1)
    .option(
      '--rate <n>',
      'maximum records per second, 0 = as fast as it can',
      numberBetween(0, 1e9),
      DEFAULT_RATE,
    )
    .option('--work-dir <folder>', 'folder for interim results (default: that for temporary files)')
    .option('--restart', 'begin again instead of continuing an interrupted proof')
    .option('--json', 'print the receipt as JSON')
    .addHelpText('before', examples)
    .addHelpText('after', '\nExit code 3 on any difference.')
    .action(async (_options, command) => {
      const flags = command.optsWithGlobals();
      // Before the start, which takes most of a second of the CPU.
      if (flags.rate > 0) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
      // Only this command compiles schemas and reads topics.
      const { prove } = await import('../prove/prove.ts');
      await prove(settingsOf(command, proveSettings), flags, version);
    });
}

function parseShare(text: string): number {
  const share = Number(text);
  if (share > 0 && share <= 1) return share;
  throw invalidArgument('Expected a number above 0, up to 1.');
}
