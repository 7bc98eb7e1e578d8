import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rootFolder } from './root-folder.ts';

/** A command line, and the program and arguments behind it. */
interface Script {
  readonly command: string;
  readonly entry: string;
  readonly words: readonly string[];
}

const introduction = `The \`--help\` of every command. \`--help-settings\` lists the settings of a command, which are flags as well:
[settings.md](settings.md). Exit codes: 0 done, or drained after a signal; 1 failed while running; 2 invalid flag or
setting; 3 a check failed. \`pnpm --filter\` turns every non-zero exit code into 1, \`pnpm -C apps/stats start\` does not.
Results go to stdout, diagnostics to stderr: [logs.md](logs.md).`;

/** `docs/commands.md`, from the help of every program. */
export async function renderCommands(): Promise<string> {
  const folders = ['infra', 'tools', 'apps/producer', 'apps/consumer', 'apps/stats'];
  const sections = await Promise.all(folders.flatMap(readScripts).map((script) => describe(script, '##')));
  return `# Commands\n\n${introduction}\n\n${sections.flat().join('\n\n')}\n`;
}

/** The scripts of a package that run a program, except those of "turbo run dev". */
function readScripts(folder: string): readonly Script[] {
  const { name, scripts } = JSON.parse(readFileSync(join(rootFolder, folder, 'package.json'), 'utf8'));
  return Object.entries<string>(scripts).flatMap(([script, line]) => {
    const [, entry, words] = /--conditions=source (src\S+)(.*)/.exec(line) ?? [];
    if (entry === undefined || script.endsWith('dev')) return [];
    const command = `pnpm --filter ${name} ${script}`;
    return [{ command, entry: join(folder, entry), words: words?.split(' ').filter(Boolean) ?? [] }];
  });
}

/** The help of a command and of its subcommands. */
async function describe(script: Script, heading: '##' | '###'): Promise<readonly string[]> {
  const help = (await runHelp(script)).trim();
  const section = `${heading} \`${script.command}\`\n\n\`\`\`text\n${help}\n\`\`\``;
  const below = subcommandsOf(help).map((name) => {
    const { command, entry, words } = script;
    return describe({ command: `${command} ${name}`, entry, words: [...words, name] }, '###');
  });
  return [section, ...(await Promise.all(below)).flat()];
}

function subcommandsOf(help: string): readonly string[] {
  const [, list = ''] = /^Commands:\n((?: .*\n?)+)/m.exec(help) ?? [];
  const names = list.split('\n').flatMap((line) => /^ {2}([a-z-]+)/.exec(line)?.[1] ?? []);
  return names.filter((name) => name !== 'help');
}

async function runHelp({ entry, words }: Script): Promise<string> {
  const program = ['--conditions=source', join(rootFolder, entry), ...words, '--help'];
  const { stdout } = await promisify(execFile)(process.execPath, program);
  return stdout;
}
