import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { exitCode, type Settings, type TlsError, tlsErrorText, UserError } from '@pipeline/runtime';
import type { databaseSettings } from './settings.ts';

/** The driver's `ssl` option. */
export type TlsOptions =
  | false
  | {
      readonly rejectUnauthorized: true;
      /** Of the only server: Node would compare the certificate of an IP address with `localhost`. */
      readonly host?: string;
      readonly ca?: string;
      /** Of `patches/postgres@3.4.9.patch`. */
      readonly channelBinding?: true;
      /** Accepts any host name, as `verify-ca` does. */
      readonly checkServerIdentity?: () => undefined;
    };

/**
 * The TLS options for DATABASE_URL: verified certificate, and host name unless it says `verify-ca`, or no TLS.
 * @throws UserError if a remote host would be used without TLS and DATABASE_ALLOW_PLAINTEXT is off, or if
 * sslrootcert is unusable
 */
export function tlsOptions(
  settings: Pick<Settings<typeof databaseSettings>, 'DATABASE_URL' | 'DATABASE_ALLOW_PLAINTEXT'>,
): TlsOptions {
  const { hosts, sslMode, sslRootCert, requiresChannelBinding } = settings.DATABASE_URL;
  if (sslMode === 'disable') {
    const remote = hosts.find(({ host }) => !isLoopback(host));
    if (sslRootCert !== undefined) throw unusedCertificate;
    if (!settings.DATABASE_ALLOW_PLAINTEXT && remote !== undefined) throw plaintextRefused(remote.host);
    return false;
  }
  return {
    rejectUnauthorized: true,
    ...(hosts.length === 1 ? { host: settings.DATABASE_URL.host } : {}),
    ...(sslRootCert === undefined ? {} : { ca: readCertificates(sslRootCert) }),
    ...(requiresChannelBinding ? { channelBinding: true } : {}),
    ...(sslMode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  };
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1)$/i.test(host);
}

const unusedCertificate = new UserError(
  'DATABASE_URL has sslrootcert without TLS, which would be ignored',
  'set sslmode=verify-full in DATABASE_URL',
  exitCode.usage,
);

function plaintextRefused(host: string): UserError {
  return new UserError(
    `DATABASE_URL names the remote host ${host} without TLS: events and password would be sent unencrypted`,
    'set sslmode=verify-full in DATABASE_URL, or DATABASE_ALLOW_PLAINTEXT=true on a private network',
    exitCode.usage,
  );
}

function readCertificates(path: string): string {
  try {
    const ca = readFileSync(path, 'utf8');
    // OpenSSL ignores a file without certificates.
    new X509Certificate(ca);
    return ca;
  } catch {
    throw new UserError(
      `sslrootcert of DATABASE_URL: cannot read certificates from ${path}`,
      'use the path of a readable file of PEM certificates',
      exitCode.usage,
    );
  }
}

const renew = "renew the server's certificate, and check this machine's clock";

const remedies: Readonly<Record<TlsError, string>> = {
  untrusted: 'set sslrootcert in DATABASE_URL to the certificate of the CA that signed it',
  expired: renew,
  'not-yet-valid': renew,
  'other-host': 'use the host name of the certificate in DATABASE_URL',
  'client-refused': 'configure password authentication in pg_hba.conf; client certificates are not supported',
  'nothing-in-common': 'check ssl_min_protocol_version and ssl_ciphers of the server',
};

/** Where to get the CA of providers that sign with their own, by the end of the host name. */
const providerCas: readonly (readonly [RegExp, string])[] = [
  [
    /\.rds\.amazonaws\.com$/,
    'download https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem and set sslrootcert to its path',
  ],
  [
    /\.supabase\.(co|com)$/,
    'download the certificate from Database Settings, SSL Configuration, and set sslrootcert to its path',
  ],
  [/\.aivencloud\.com$/, 'download ca.pem from the service page and set sslrootcert to its path'],
  [/\.postgresbridge\.com$/, "download the team's ca.pem from its settings and set sslrootcert to its path"],
  [
    /\.compute(-1)?\.amazonaws\.com$/,
    'Heroku signs with no CA: connect through its private space or a tunnel, and set sslmode=disable there',
  ],
];

/**
 * The UserError for a failed TLS handshake with Postgres.
 * @param host the server's name; some providers have a CA of their own
 */
export function tlsUserError(error: TlsError, host = ''): UserError {
  const own = error === 'untrusted' ? providerCas.find(([pattern]) => pattern.test(host))?.[1] : undefined;
  return new UserError(`Postgres ${tlsErrorText[error]}`, own ?? remedies[error]);
}
