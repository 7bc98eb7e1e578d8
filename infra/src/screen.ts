import { relative } from 'node:path';
import { createLogger, type loggerSettings } from '@pipeline/program';
import type { Settings } from '@pipeline/runtime';
import { formatEndpoint, printLine, type Report } from '@pipeline/servers';
import type { AvailableServer } from './local/available.ts';
import { DEFAULT_STATS_PORT, type PageSettings, rootFolder } from './settings.ts';

/** Writes lines in the configured format: `pretty` as they are, `json` as log lines. */
export function createReporter(name: string, settings: Settings<typeof loggerSettings>): Report {
  const format = settings.LOG_FORMAT ?? (process.stderr.isTTY ? 'pretty' : 'json');
  if (format === 'pretty') return printLine;
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

/** A server's name, version and address, and the location of its data if this process has started it. */
export function serverLine(name: string, { address, version, own }: AvailableServer): string {
  const what = `✔ ${`${name} ${version}`.trimEnd().padEnd(16)}${address.padEnd(42)}`;
  if (own === undefined) return `${what} was already running`;
  return `${what} data ${own.volume === undefined ? relative(rootFolder, own.folder) : `volume ${own.volume}`}`;
}

/** The last lines of the first screen. If the default port is taken, the stats page logs another one. */
export function nextLines(settings: PageSettings): string {
  const { HTTP_HOST, STATS_PORT = DEFAULT_STATS_PORT, STATS_BASE_PATH } = settings;
  const path = STATS_BASE_PATH === '/' ? '' : STATS_BASE_PATH;
  const url = `http://${formatEndpoint({ host: HTTP_HOST, port: STATS_PORT })}${path}`;
  const page = `  ${'Stats page'.padEnd(16)}${STATS_PORT === 0 ? 'on a free port, see its log' : url}`;
  return `${page.padEnd(60)} stop: Ctrl-C\n  For development only: one replica, no TLS.`;
}
