import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 10_000;

/** The project's name in Compose. */
export const composeProject = 'kafka-to-postgres';

/** Whether a Docker engine responds; an installed client alone does not mean that. */
export async function dockerAnswers(): Promise<boolean> {
  return /^\d/.test(await outputOf(['docker', 'info', '--format', '{{.ServerVersion}}']));
}

/** The command of Compose: a plugin of Docker since version 2, a program before; undefined without it. */
export async function composeCommand(): Promise<readonly string[] | undefined> {
  const commands = [['docker', 'compose'], ['docker-compose']];
  const versions = await Promise.all(commands.map((command) => outputOf([...command, 'version'])));
  return commands.find((_, index) => versions[index] !== '');
}

/** The id of the running container of a service of compose.yaml; empty if there is none. */
export async function findComposeContainer(service: string): Promise<string> {
  const labels = [`project=${composeProject}`, `service=${service}`];
  const filters = labels.map((label) => `--filter=label=com.docker.compose.${label}`);
  return (await outputOf(['docker', 'ps', '--quiet', ...filters])).trim();
}

/** Removes a container, running or not, if there is one of this name. */
export async function removeContainer(name: string): Promise<void> {
  await outputOf(['docker', 'rm', '--force', name]);
}

/** Removes a volume, if there is one of this name. */
export async function removeVolume(name: string): Promise<void> {
  await outputOf(['docker', 'volume', 'rm', '--force', name]);
}

/** What a command writes to stdout; empty if it fails or takes longer than 10 s. */
async function outputOf([program = '', ...words]: readonly string[]): Promise<string> {
  const result = promisify(execFile)(program, words, { timeout: TIMEOUT_MS });
  return await result.then(
    ({ stdout }) => stdout,
    () => '',
  );
}
