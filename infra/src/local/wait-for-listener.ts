import { type SystemErrors, waitFor } from '@pipeline/runtime';
import { acceptsConnections, type Endpoint, formatEndpoint, type Report } from '@pipeline/servers';

/** Long enough for servers that are starting at the same time. */
export const QUIET_MS = 6_000;

const errors: SystemErrors = {
  isTransientError: () => true,
  describeError: () => 'nothing listens there',
  toUserError: (error) => error,
};

/**
 * Waits until one of several addresses accepts connections; reports that it waits after 6 s.
 * @throws the signal's reason once it is aborted
 */
export async function waitForListener(
  name: string,
  endpoints: readonly Endpoint[],
  { report: say, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Promise<void> {
  const system = `${name} at ${endpoints.map(formatEndpoint).join(', ')}`;
  const backoff = { firstMs: 200, mostMs: 200 };
  const requireListener = async () => {
    if (!(await Promise.all(endpoints.map(acceptsConnections))).includes(true)) throw new Error('none');
  };
  await waitFor(requireListener, { system, errors, say, signal, quietMs: QUIET_MS, backoff });
}
