import { UserError } from '@pipeline/runtime';
import { type Endpoint, findPortOwner, formatEndpoint, isThisMachine } from '@pipeline/servers';

/**
 * Makes sure that an address at which no server is running belongs to this machine.
 * @param setting name of the setting that the address comes from
 * @throws UserError if the address belongs to another machine
 */
export function requireThisMachine(name: string, endpoint: Endpoint, setting: string): void {
  if (isThisMachine(endpoint.host)) return;
  throw new UserError(
    `${name} does not respond at ${formatEndpoint(endpoint)}, which is another machine`,
    `start it there, or choose another address with ${setting}`,
  );
}

/**
 * Makes sure that the server at an address speaks the expected protocol.
 * @throws UserError that names the program on the port
 */
export async function requireProtocol(
  name: string,
  endpoint: Endpoint,
  setting: string,
  speaks: (endpoint: Endpoint) => Promise<boolean>,
): Promise<void> {
  if (await speaks(endpoint)) return;
  const owner = isThisMachine(endpoint.host) ? await findPortOwner(endpoint.port) : 'another program';
  throw new UserError(
    `${formatEndpoint(endpoint)} is in use by ${owner}, which is not ${name}`,
    `stop it, or choose another address with ${setting}`,
  );
}
