import { setTimeout as sleep } from 'node:timers/promises';
import { integer, optionalText, StopRequest, text, UserError } from '@pipeline/runtime';
import { createLogger, loggerSettings } from '../logger.ts';
import { createProgram, numberBetween, settingsOf, withSettings } from '../program.ts';
import { runProgram } from '../run-program.ts';
import { stopSignal } from '../stop.ts';

const settings = {
  NAME: text('default', 'A name'),
  COUNT: integer(1, 'A number', [0, 9]),
  SECRET: optionalText('A secret', { secret: true }),
  ...loggerSettings,
};

/** Ways in which a program may end. */
const ends: Readonly<Record<string, () => Promise<void>>> = {
  well: async () => {},
  failure: async () => {
    throw new UserError('it is broken', 'fix it');
  },
  check: async () => {
    throw new UserError('it differs', 'look at it', 3);
  },
  error: async () => {
    throw new Error('unforeseen');
  },
  stop: async () => {
    throw new StopRequest('SIGTERM');
  },
  'stop-then-error': async () => {
    await using _resource = { [Symbol.asyncDispose]: () => Promise.reject(new Error('cannot close')) };
    throw new StopRequest('SIGTERM');
  },
  'leaving-a-handle-open': async () => {
    setInterval(() => {}, 1_000);
  },
  uncaught: async () => {
    setImmediate(() => {
      throw Object.assign(new Error('it was not caught'), { detail: 'Key (user_id)=(alice) exists' });
    });
    await sleep(60_000);
  },
};

const program = createProgram('toy', 'A program for tests of how programs start and end.', '1.2.3')
  .addHelpText('before', 'Examples:\n  toy        prints its settings\n')
  .option('--share <r>', 'a share', numberBetween(0, 1))
  .action((_options, command) => {
    process.stdout.write(`${JSON.stringify(settingsOf(command, settings))}\n`);
  });

withSettings(program.command('end'), loggerSettings)
  .argument('<how>')
  .action(async (how: string) => ends[how]?.());

program.command('log').action((_options, command) => {
  const logger = createLogger('toy', settingsOf(command, settings));
  logger.info({ partition: 2 }, 'it happens');
  logger.debug('a detail');
});

program.command('write-forever').action(async () => {
  for (;;) {
    process.stdout.write('a line\n');
    await sleep(1);
  }
});

program
  .command('drain')
  .argument('<ms>', 'duration of its work after a signal')
  .option('--at-most <ms>', 'time limit of its work', numberBetween(0, 60_000), 60_000)
  .action(async (ms: string, { atMost }: { readonly atMost: number }) => {
    const signal = stopSignal(atMost);
    const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    const alive = setInterval(() => {}, 60_000);
    process.stdout.write('ready\n');
    await stopped;
    process.stdout.write('draining\n');
    await sleep(Number(ms));
    clearInterval(alive);
    process.stdout.write('drained\n');
    signal.throwIfAborted();
  });

await runProgram(withSettings(program, settings));
