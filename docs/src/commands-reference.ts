import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rootFolder } from './root-folder.ts';

/** What a user types, and the program and words that it runs. */
interface Script {
  readonly command: string;
  readonly entry: string;
  readonly words: readonly string[];
}

const introduction = `What each program says about itself with \`--help\`. Besides the options below, each takes every setting that it reads
as a flag: [settings.md](settings.md). Exit codes: 0 done, or drained after a signal; 1 failed while running; 2 wrong
flag or setting; 3 a check failed. \`pnpm --filter\` makes 1 of all but 0, \`pnpm -C apps/stats start\` does not. Data goes to
stdout, talk to stderr.`;

/** `docs/commands.md`: every program is asked for its help. */
export async function renderCommands(): Promise<string> {
  const folders = ['infra', 'apps/producer', 'apps/consumer', 'apps/stats'];
  const sections = await Promise.all(folders.flatMap(readScripts).map((script) => describe(script, [])));
  return `# Commands\n\n${introduction}\n\n${sections.flat().join('\n\n')}\n`;
}

/** The scripts of a package that run a program with the names that a user types; those of "turbo run dev" are not for users. */
function readScripts(folder: string): readonly Script[] {
  const { name, scripts } = JSON.parse(readFileSync(join(rootFolder, folder, 'package.json'), 'utf8'));
  return Object.entries<string>(scripts).flatMap(([script, line]) => {
    const [, entry, words] = /--conditions=source (src\S+)(.*)/.exec(line) ?? [];
    if (entry === undefined || script.endsWith('dev')) return [];
    const command = `pnpm --filter ${name} ${script}`;
    return [{ command, entry: join(folder, entry), words: words?.split(' ').filter(Boolean) ?? [] }];
  });
}

/** The help of a program and of every command below it. */
async function describe(script: Script, known: readonly string[]): Promise<readonly string[]> {
  const all = (await askForHelp(script)).trim().split('\n\n');
  const parts = all.filter((part) => !known.includes(part) && !isAboutSettings(part));
  const level = known.length === 0 ? '##' : '###';
  const section = `${level} \`${script.command}\`\n\n\`\`\`text\n${parts.join('\n\n')}\n\`\`\``;
  const below = namesOfCommands(parts).map((name) => {
    const { command, entry, words } = script;
    return describe({ command: `${command} ${name}`, entry, words: [...words, name] }, all);
  });
  return [section, ...(await Promise.all(below)).flat()];
}

function isAboutSettings(part: string): boolean {
  return /^(Settings|Global Options):/.test(part);
}

function namesOfCommands(parts: readonly string[]): readonly string[] {
  const list = parts.find((part) => part.startsWith('Commands:'))?.split('\n') ?? [];
  return list.flatMap((line) => /^ {2}([a-z]+)/.exec(line)?.[1] ?? []).filter((name) => name !== 'help');
}

async function askForHelp({ entry, words }: Script): Promise<string> {
  const program = ['--conditions=source', join(rootFolder, entry), ...words, '--help'];
  const { stdout } = await promisify(execFile)(process.execPath, program);
  return stdout;
}
