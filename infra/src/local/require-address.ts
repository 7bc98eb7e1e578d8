import { UserError } from '@pipeline/runtime';
import { type Endpoint, formatEndpoint, isThisMachine } from './endpoint.ts';
import { findPortOwner } from './find-port-owner.ts';

/**
 * Makes sure that a server could be started at an address that answers nothing.
 * @param setting the name of the setting that chooses another
 * @throws UserError when the address is another machine's
 */
export function requireThisMachine(name: string, endpoint: Endpoint, setting: string): void {
  if (isThisMachine(endpoint.host)) return;
  throw new UserError(
    `${name} does not answer at ${formatEndpoint(endpoint)}, which is another machine`,
    `start it there, or choose another address with ${setting}`,
  );
}

/**
 * Makes sure that what answers at an address is what should.
 * @throws UserError that names who holds the port
 */
export async function requireProtocol(
  name: string,
  endpoint: Endpoint,
  setting: string,
  speaks: (endpoint: Endpoint) => Promise<boolean>,
): Promise<void> {
  if (await speaks(endpoint)) return;
  const holder = isThisMachine(endpoint.host) ? await findPortOwner(endpoint.port) : 'another program';
  throw new UserError(
    `${formatEndpoint(endpoint)} is held by ${holder}, which is not ${name}`,
    `end it, or choose another address with ${setting}`,
  );
}
