import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ListenAddress } from './http.ts';
import type { Command } from './program.ts';
import { errorLine, exitCode, UserError } from './user-error.ts';

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
 * @throws UserError with exit code 3 when something is wrong or nobody answers, 2 when the port is any free one
 */
export async function askProbe(address: ListenAddress, path: '/livez' | '/readyz'): Promise<string> {
  const { host, port, usualPort, portSetting } = address;
  if (port === 0)
    throw new UserError('nobody knows which port that is', `choose one with ${portSetting}`, exitCode.usage);
  const name = loopbackOf[host] ?? host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port ?? usualPort}${path}`;
  const { ok, answer } = await ask(url);
  if (ok) return answer;
  throw new UserError(
    `${url} says: ${answer.trim().replaceAll('\n', ', ')}`,
    'see its log',
    exitCode.checkFailed,
  );
}

/** Not by `fetch`, which refuses to ask some ports, such as 6000 and 10080. */
async function ask(url: string): Promise<{ readonly ok: boolean; readonly answer: string }> {
  try {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(ANSWER_MS) });
    const [response]: IncomingMessage[] = await once(request, 'response');
    if (response === undefined) throw new Error('no response');
    return { ok: response.statusCode === 200, answer: await text(response) };
  } catch (error) {
    throw new UserError(
      `${url} does not answer: ${errorLine(error)}`,
      'is it running?',
      exitCode.checkFailed,
    );
  }
}
