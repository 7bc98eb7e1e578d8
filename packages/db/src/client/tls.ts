import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { exitCode, type Settings, type TlsError, tlsErrorText, UserError } from '@pipeline/runtime';
import type { databaseSettings } from './settings.ts';

/** The driver's `ssl` option. */
export type TlsOptions =
  | false
  | { readonly rejectUnauthorized: true; readonly host: string; readonly ca?: string };

/**
 * The TLS options for DATABASE_URL: verified certificate and host name, or no TLS.
 * @throws UserError if a remote host would be used without TLS and DATABASE_ALLOW_PLAINTEXT is off, or if
 * sslrootcert is unusable
 */
export function tlsOptions(
  settings: Pick<Settings<typeof databaseSettings>, 'DATABASE_URL' | 'DATABASE_ALLOW_PLAINTEXT'>,
): TlsOptions {
  const { host, sslMode, sslRootCert } = settings.DATABASE_URL;
  if (sslMode === 'disable') {
    if (sslRootCert !== undefined) throw unusedCertificate;
    if (!settings.DATABASE_ALLOW_PLAINTEXT && !isLoopback(host)) throw plaintextRefused(host);
    return false;
  }
  // Without a host, Node would compare the certificate of an IP address with `localhost`.
  const check = { rejectUnauthorized: true, host } as const;
  return sslRootCert === undefined ? check : { ...check, ca: readCertificates(sslRootCert) };
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

/** The UserError for a failed TLS handshake with Postgres. */
export function tlsUserError(error: TlsError): UserError {
  return new UserError(`Postgres ${tlsErrorText[error]}`, remedies[error]);
}
