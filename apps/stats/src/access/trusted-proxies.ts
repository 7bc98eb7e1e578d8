import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { custom, type Setting } from '@pipeline/runtime';
import type { Context } from 'hono';

const loopback = ['127.0.0.0/8', '::1'];

/** A setting for addresses; an IPv4 address also matches in its IPv6-mapped form. */
export function addressRanges(about: string): Setting<BlockList> {
  const expected = 'comma-separated addresses, CIDR ranges, or loopback';
  return custom('loopback', about, expected, (text) => {
    const names = text.split(',').map((name) => name.trim());
    const ranges = names.flatMap((name) => (name === 'loopback' ? loopback : [name]));
    const list = new BlockList();
    return ranges.every((range) => addRange(list, range)) ? list : undefined;
  });
}

/** Returns false if the range is invalid. */
function addRange(list: BlockList, range: string): boolean {
  const [, address = '', length] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(range) ?? [];
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  if (version === 0 || Number(length ?? bits) > bits) return false;
  list.addSubnet(address, Number(length ?? bits), version === 4 ? 'ipv4' : 'ipv6');
  return true;
}

/** The request as Node received it; undefined if it did not come over a connection. */
export function incomingOf({ env }: Context): IncomingMessage | undefined {
  return (env as { readonly incoming?: IncomingMessage } | undefined)?.incoming;
}

/** Whether the other end of the connection is in the ranges. Headers such as `X-Forwarded-For` do not count. */
export function comesFrom(ranges: BlockList, context: Context): boolean {
  // The address of a link has a zone, such as "%eth0".
  const [address = ''] = incomingOf(context)?.socket.remoteAddress?.split('%') ?? [];
  const version = isIP(address);
  return version !== 0 && ranges.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
