import { ValueError } from '@pipeline/runtime';

/** One of the servers of a connection URL. */
interface DatabaseHost {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A parsed connection URL. */
export interface DatabaseUrl extends DatabaseHost {
  /** As it was set; contains the password. */
  readonly text: string;
  /** In the order in which they are tried; `host` and `port` are the first. */
  readonly hosts: readonly DatabaseHost[];
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** `verify-ca` does not compare the certificate's host name. */
  readonly sslMode: 'disable' | 'verify-ca' | 'verify-full';
  /** Path of a file of PEM certificates; undefined for Node's own list of CAs. */
  readonly sslRootCert: string | undefined;
  /** Which of several servers to use. */
  readonly targetSessionAttrs: SessionAttrs | undefined;
  readonly applicationName: string | undefined;
  /** Command-line options of the session, such as `-c work_mem=64MB`. */
  readonly options: string | undefined;
  readonly connectTimeoutSeconds: number | undefined;
  /** Whether the login must prove that both sides see the same certificate (RFC 5929). */
  readonly requiresChannelBinding: boolean;
}

const sessionAttrs = ['read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;

type SessionAttrs = (typeof sessionAttrs)[number];

const urlPattern =
  /^postgres(?:ql)?:\/\/(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<hosts>[^@/?#]+)(?:\/(?<database>[^?#]*))?(?:\?(?<query>[^#]*))?$/;

/**
 * Parses a `postgres://` URL with the parameters of libpq
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS).
 * @returns undefined if it is not such a URL
 * @throws ValueError that names a parameter that is not supported, or its value, and the remedy
 */
export function parseDatabaseUrl(text: string): DatabaseUrl | undefined {
  const parts = urlPattern.exec(text)?.groups;
  const hosts = parts?.['hosts']?.split(',').map(parseHost);
  const [database, user, password] = ['database', 'user', 'password'].map((name) =>
    decodePart(parts?.[name]),
  );
  const [first] = hosts ?? [];
  if (first === undefined || hosts === undefined || hosts.includes(undefined)) return undefined;
  if (database === undefined || user === undefined || password === undefined) return undefined;
  return {
    text,
    ...first,
    hosts: hosts as readonly DatabaseHost[],
    database: database || 'postgres',
    user: user || 'postgres',
    password,
    ...parseParameters(new URLSearchParams(parts?.['query'] ?? '')),
  };
}

/** A name, an IPv4 address, or an IPv6 address in brackets, and a port. */
function parseHost(text: string): DatabaseHost | undefined {
  const url = URL.parse(`postgres://${text}`);
  if (url === null || url.hostname === '') return undefined;
  return { host: url.hostname.replace(/[[\]]/g, ''), port: Number(url.port || 5432) };
}

/** Percent-decodes a part; undefined if its encoding is invalid. */
function decodePart(part = ''): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

type Parameters = Omit<DatabaseUrl, 'text' | 'host' | 'port' | 'hosts' | 'database' | 'user' | 'password'>;

/** Parameters that change nothing here with these values. */
const withoutEffect: Readonly<Record<string, readonly string[]>> = {
  gssencmode: ['disable', 'prefer'],
  sslnegotiation: ['postgres'],
  sslsni: ['1'],
  client_encoding: ['auto', 'UTF8', 'utf8'],
};

const supported = [
  'sslmode',
  'sslrootcert',
  'target_session_attrs',
  'application_name',
  'options',
  'connect_timeout',
  'channel_binding',
];

const remedies: Readonly<Record<string, string>> = {
  sslcert: 'log in with a password; client certificates are not supported',
  sslkey: 'log in with a password; client certificates are not supported',
  pgbouncer: 'remove it and set DATABASE_POOL_MODE=transaction',
};

function parseParameters(all: URLSearchParams): Parameters {
  for (const [name, value] of all) requireSupported(name, value);
  const [sslRootCert, isSystem] = parseRootCert(all.get('sslrootcert'));
  const sslMode = parseSslMode(all.get('sslmode') ?? (isSystem ? 'verify-full' : 'disable'));
  if (sslMode === 'verify-ca' && sslRootCert === undefined)
    throw new ValueError(
      'sslmode=verify-ca needs sslrootcert=PATH, because any host of a public CA would be accepted',
    );
  return {
    sslMode,
    sslRootCert,
    targetSessionAttrs: parseSessionAttrs(all.get('target_session_attrs') ?? 'any'),
    applicationName: all.get('application_name') || undefined,
    options: all.get('options') || undefined,
    connectTimeoutSeconds: parseSeconds(all.get('connect_timeout')),
    requiresChannelBinding: parseChannelBinding(all.get('channel_binding') ?? 'prefer', sslMode),
  };
}

function requireSupported(name: string, value: string): void {
  if (supported.includes(name) || withoutEffect[name]?.includes(value)) return;
  const shown = name in withoutEffect ? `${name}=${value}` : name;
  throw new ValueError(`the parameter ${shown} is not supported: ${remedies[name] ?? 'remove it'}`);
}

/** `require` is verified as well: unverified TLS does not stop a man in the middle. */
function parseSslMode(mode: string): DatabaseUrl['sslMode'] {
  if (mode === 'require') return 'verify-full';
  if (mode === 'disable' || mode === 'verify-ca' || mode === 'verify-full') return mode;
  throw new ValueError(
    `sslmode=${mode} is not supported: use verify-full, or disable in a private network; ` +
      'nothing falls back to plaintext',
  );
}

/** The path, or undefined, and whether the value is `system`. */
function parseRootCert(value: string | null): readonly [path: string | undefined, isSystem: boolean] {
  return value === 'system' ? [undefined, true] : [value || undefined, false];
}

/** `prefer` is no binding: with TLS the certificate is verified anyway. */
function parseChannelBinding(text: string, sslMode: DatabaseUrl['sslMode']): boolean {
  if (text === 'disable' || text === 'prefer') return false;
  if (text !== 'require')
    throw new ValueError(`channel_binding=${text} is not one of disable, prefer, require`);
  if (sslMode === 'disable')
    throw new ValueError('channel_binding=require needs TLS: set sslmode=verify-full');
  return true;
}

function parseSessionAttrs(text: string): SessionAttrs | undefined {
  const attrs = sessionAttrs.find((one) => one === text);
  if (attrs !== undefined || text === 'any') return attrs;
  throw new ValueError(`target_session_attrs=${text} is not one of any, ${sessionAttrs.join(', ')}`);
}

function parseSeconds(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new ValueError('connect_timeout must be a whole number of seconds from 1 to 9999');
}
