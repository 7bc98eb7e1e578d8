import { relative } from 'node:path';
import { createLogger, type loggerSettings, type Settings } from '@pipeline/runtime';
import type { AvailableServer } from './local/available.ts';
import { formatEndpoint } from './local/endpoint.ts';
import { DEFAULT_STATS_PORT, type PageSettings, rootFolder } from './settings.ts';

/** Writes a line of diagnostics to stderr. */
export type Say = (line: string) => void;

/** Writes lines as they are. */
export const sayPlainly: Say = (line) => void process.stderr.write(`${line}\n`);

/** Writes lines in the format that the settings name: `pretty` as they are, `json` as log lines of this program. */
export function createSay(name: string, settings: Settings<typeof loggerSettings>): Say {
  const format = settings.LOG_FORMAT ?? (process.stderr.isTTY ? 'pretty' : 'json');
  if (format === 'pretty') return sayPlainly;
  const logger = createLogger(name, settings);
  return (line) => logger.info(line.replace('✔', '').replaceAll(/\s+/g, ' ').trim());
}

/** The programs that everything runs on. */
export interface Tools {
  /** Such as `26.10.0`. */
  readonly node: string;
  /** The value of `npm_config_user_agent`, which pnpm sets. */
  readonly userAgent: string | undefined;
  /** The major version; 0 without Java. */
  readonly java: number;
}

/** The versions of the tools, in one line. */
export function toolsLine({ node, userAgent = '', java }: Tools): string {
  const pnpm = /pnpm\/(\d+\.\d+)/.exec(userAgent)?.[1];
  const names = [
    `Node ${node.split('.').slice(0, 2).join('.')}`,
    ...(pnpm ? [`pnpm ${pnpm}`] : []),
    ...(java > 0 ? [`Java ${java}`] : []),
  ];
  return `✔ ${names.join(' · ')}`;
}

/** A server's name, version and address, and the place of its data if this process has started it. */
export function serverLine(name: string, { address, version, own }: AvailableServer): string {
  const what = `✔ ${`${name} ${version}`.trimEnd().padEnd(16)}${address.padEnd(42)}`;
  if (own === undefined) return `${what} was already running`;
  return `${what} data ${own.volume === undefined ? relative(rootFolder, own.folder) : `volume ${own.volume}`}`;
}

/** The last lines of the first screen. If the page's default port is taken, the stats page logs the one it uses. */
export function nextLines({ HTTP_HOST, STATS_PORT = DEFAULT_STATS_PORT }: PageSettings): string {
  const address = formatEndpoint({ host: HTTP_HOST, port: STATS_PORT });
  const page = `  ${'Stats page'.padEnd(16)}http://${address}`;
  return `${page.padEnd(60)} stop: Ctrl-C\n  For development only: one replica, no TLS.`;
}
