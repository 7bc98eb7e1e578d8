import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const ANSWER_MS = 10_000;

/** Whether a Docker engine answers, which a client that is merely installed does not show. */
export async function dockerAnswers(): Promise<boolean> {
  return /^\d/.test(await ask(['docker', 'info', '--format', '{{.ServerVersion}}']));
}

/** How Compose is called here: a plugin of Docker since version 2, a program of its own before. */
export async function composeCommand(): Promise<readonly string[] | undefined> {
  const commands = [['docker', 'compose'], ['docker-compose']];
  const answers = await Promise.all(commands.map((command) => ask([...command, 'version'])));
  return commands.find((_, index) => answers[index] !== '');
}

/** What a command writes to stdout; nothing when it fails. */
async function ask([program = '', ...words]: readonly string[]): Promise<string> {
  const asked = promisify(execFile)(program, words, { timeout: ANSWER_MS });
  return await asked.then(
    ({ stdout }) => stdout,
    () => '',
  );
}
