import { pause } from '@pipeline/runtime';
import type { Report } from '../screen.ts';
import { acceptsConnections, type Endpoint, formatEndpoint } from './endpoint.ts';

const POLL_MS = 200;
/** Long enough for servers that are starting at the same time. */
const QUIET_MS = 6_000;

/**
 * Waits until one of several addresses accepts connections; reports that it waits after 6 s.
 * @throws the signal's reason once it is aborted
 */
export async function waitFor(
  name: string,
  endpoints: readonly Endpoint[],
  { report, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Promise<void> {
  const addresses = endpoints.map(formatEndpoint).join(', ');
  let notice: NodeJS.Timeout | undefined;
  try {
    while (!(await Promise.all(endpoints.map(acceptsConnections))).includes(true)) {
      notice ??= setTimeout(report, QUIET_MS, `waiting for ${name} at ${addresses}`);
      await pause(POLL_MS, signal);
    }
  } finally {
    clearTimeout(notice);
  }
}
