import { relative } from 'node:path';
import type { AvailableServer } from './local/available.ts';
import { type PageSettings, rootFolder, USUAL_STATS_PORT } from './settings.ts';

/** A line for people: on stderr, since stdout is for programs. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** What runs this program, from what pnpm says of itself in `npm_config_user_agent`. */
export function toolsLine(node: string, userAgent = ''): string {
  const pnpm = /pnpm\/(\d+\.\d+)/.exec(userAgent)?.[1];
  const tools = [`Node ${node.split('.').slice(0, 2).join('.')}`, ...(pnpm ? [`pnpm ${pnpm}`] : [])];
  return `✔ ${tools.join(' · ')}`;
}

/** What a server is, where it answers, and where its data is when it is ours. */
export function serverLine(name: string, { address, version, own }: AvailableServer): string {
  const what = `✔ ${`${name} ${version}`.trimEnd().padEnd(16)}${address.padEnd(42)}`;
  return `${what} ${own ? `data ${relative(rootFolder, own.folder)}` : 'was there already'}`;
}

/** The last lines of the first screen; the page's port may turn out to be taken, and then the page itself says so. */
export function nextLines({ HTTP_HOST, STATS_PORT = USUAL_STATS_PORT }: PageSettings): string {
  const page = `  ${'Stats page'.padEnd(16)}http://${HTTP_HOST}:${STATS_PORT}`;
  return `${page.padEnd(60)} stop: Ctrl-C\n  For development only: one copy of the data, no TLS.`;
}
