import { pause } from '@pipeline/runtime';
import { say } from '../screen.ts';
import { acceptsConnections, type Endpoint, formatEndpoint } from './endpoint.ts';

const ASK_MS = 200;
/** Servers that are started at the same moment are there by then. */
const QUIET_MS = 6_000;

/**
 * Waits until one of several addresses accepts connections, for as long as it takes; says so when it takes long.
 * @throws the signal's reason once it is aborted
 */
export async function waitFor(
  name: string,
  endpoints: readonly Endpoint[],
  signal: AbortSignal,
): Promise<void> {
  const addresses = endpoints.map(formatEndpoint).join(', ');
  let notice: NodeJS.Timeout | undefined;
  try {
    while (!(await Promise.all(endpoints.map(acceptsConnections))).includes(true)) {
      notice ??= setTimeout(say, QUIET_MS, `waiting for ${name} at ${addresses}`);
      await pause(ASK_MS, signal);
    }
  } finally {
    clearTimeout(notice);
  }
}
