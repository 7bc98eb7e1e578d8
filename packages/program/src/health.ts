import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { exitCode, UserError } from '@pipeline/runtime';
import { errorLine } from './error-line.ts';
import type { ListenAddress } from './http.ts';
import type { Command } from './program.ts';

const TIMEOUT_MS = 4_000;

/** A server that listens on every address is reached on the loopback one. */
const loopbackOf: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Adds the command `health`, which requests a probe of the running process: the health check of a container
 * without a shell.
 * @param addressOf where the process with these settings listens
 * @returns the new command
 */
export function addHealthCommand(program: Command, addressOf: (command: Command) => ListenAddress): Command {
  return program
    .command('health')
    .description(
      'check the liveness probe of the process that runs with these settings; exit code 3 if it fails',
    )
    .option('--ready', 'check the readiness probe, which includes dependencies')
    .action(async ({ ready }: { readonly ready?: boolean }, command: Command) => {
      process.stdout.write(await requestProbe(addressOf(command), ready ? '/readyz' : '/livez'));
    });
}

/**
 * Requests a probe and returns its response.
 * @throws UserError with exit code 3 if the probe fails or does not respond, 2 if the port is set to 0
 */
export async function requestProbe(address: ListenAddress, path: '/livez' | '/readyz'): Promise<string> {
  const { host, port, usualPort, portSetting } = address;
  if (port === 0)
    throw new UserError(
      `${portSetting}=0 picks a random port, so it cannot be probed`,
      `set ${portSetting} to a fixed port`,
      exitCode.usage,
    );
  const name = loopbackOf[host] ?? host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port ?? usualPort}${path}`;
  const { ok, answer } = await request(url);
  if (ok) return answer;
  throw new UserError(
    `${url} reports: ${answer.trim().replaceAll('\n', ', ')}`,
    "see the process's log",
    exitCode.checkFailed,
  );
}

/** Not `fetch`, which blocks some ports, such as 6000 and 10080. */
async function request(url: string): Promise<{ readonly ok: boolean; readonly answer: string }> {
  try {
    const sent = get(url, { agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const [response]: IncomingMessage[] = await once(sent, 'response');
    if (response === undefined) throw new Error('no response');
    return { ok: response.statusCode === 200, answer: await text(response) };
  } catch (error) {
    throw new UserError(
      `${url} does not respond: ${errorLine(error)}`,
      'check that the process is running',
      exitCode.checkFailed,
    );
  }
}
