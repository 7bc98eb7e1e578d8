import { exitCode, Failure, failureLine } from './failure.ts';
import type { ListenAddress } from './http.ts';
import type { Command } from './program.ts';

/** An answer that takes longer is none. */
const ANSWER_MS = 4_000;

/** On every address means on the loopback, too, which is where this asks. */
const loopbackOf: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Gives a program with probes a command `health` that asks them: the health check of a container that has no shell.
 * @param addressOf where the process listens that runs with the same settings
 * @returns the new command
 */
export function addHealthCommand(program: Command, addressOf: (command: Command) => ListenAddress): Command {
  return program
    .command('health')
    .description('ask the process that runs with these settings whether it lives; exit code 3 when not')
    .option('--ready', 'ask whether it is ready: what it depends on counts, too')
    .action(async ({ ready }: { readonly ready?: boolean }, command: Command) => {
      process.stdout.write(await askProbe(addressOf(command), ready ? '/readyz' : '/livez'));
    });
}

/**
 * What a probe answers when all is well.
 * @throws Failure with exit code 3 when something is wrong or nobody answers, 2 when the port is any free one
 */
export async function askProbe(address: ListenAddress, path: '/livez' | '/readyz'): Promise<string> {
  const { host, port, usualPort, portSetting } = address;
  if (port === 0)
    throw new Failure('nobody knows which port that is', `choose one with ${portSetting}`, exitCode.usage);
  const name = loopbackOf[host] ?? host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port ?? usualPort}${path}`;
  const { ok, text } = await ask(url);
  if (ok) return text;
  throw new Failure(
    `${url} says: ${text.trim().replaceAll('\n', ', ')}`,
    'see its log',
    exitCode.checkFailed,
  );
}

async function ask(url: string): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    return { ok: response.ok, text: await response.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new Failure(
      `${url} does not answer: ${failureLine(cause)}`,
      'is it running?',
      exitCode.checkFailed,
    );
  }
}
