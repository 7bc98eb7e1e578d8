import { relative } from 'node:path';
import type { AvailableServer } from './local/available.ts';
import { formatEndpoint } from './local/endpoint.ts';
import { type PageSettings, rootFolder, USUAL_STATS_PORT } from './settings.ts';

/** A line for people: on stderr, since stdout is for programs. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** What there is to run things with. */
export interface Tools {
  /** Such as `26.10.0`. */
  readonly node: string;
  /** What pnpm says of itself in `npm_config_user_agent`. */
  readonly userAgent: string | undefined;
  /** 0 where there is none. */
  readonly java: number;
}

/** The versions of the tools, in a line. */
export function toolsLine({ node, userAgent = '', java }: Tools): string {
  const pnpm = /pnpm\/(\d+\.\d+)/.exec(userAgent)?.[1];
  const names = [
    `Node ${node.split('.').slice(0, 2).join('.')}`,
    ...(pnpm ? [`pnpm ${pnpm}`] : []),
    ...(java > 0 ? [`Java ${java}`] : []),
  ];
  return `✔ ${names.join(' · ')}`;
}

/** What a server is, where it answers, and where its data is when it is ours. */
export function serverLine(name: string, { address, version, own }: AvailableServer): string {
  const what = `✔ ${`${name} ${version}`.trimEnd().padEnd(16)}${address.padEnd(42)}`;
  return `${what} ${own ? `data ${relative(rootFolder, own.folder)}` : 'was there already'}`;
}

/** The last lines of the first screen; the page's port may turn out to be taken, and then the page itself says so. */
export function nextLines({ HTTP_HOST, STATS_PORT = USUAL_STATS_PORT }: PageSettings): string {
  const address = formatEndpoint({ host: HTTP_HOST, port: STATS_PORT });
  const page = `  ${'Stats page'.padEnd(16)}http://${address}`;
  return `${page.padEnd(60)} stop: Ctrl-C\n  For development only: one copy of the data, no TLS.`;
}
