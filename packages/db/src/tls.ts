import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { exitCode, type Settings, type TlsError, tlsErrorText, UserError } from '@pipeline/runtime';
import type { databaseSettings } from './settings.ts';

/** What the driver is told about TLS. */
export type TlsOptions =
  | false
  | { readonly rejectUnauthorized: true; readonly host: string; readonly ca?: string };

/**
 * TLS as DATABASE_URL asks for it: with a check of the certificate and of its name, or none at all.
 * @throws UserError when another machine would be spoken to without TLS and nobody allowed that, or when sslrootcert
 * cannot be used
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
  // Without a host Node would compare a certificate for an address with the name `localhost`.
  const check = { rejectUnauthorized: true, host } as const;
  return sslRootCert === undefined ? check : { ...check, ca: readCertificates(sslRootCert) };
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1)$/i.test(host);
}

const unusedCertificate = new UserError(
  'DATABASE_URL has sslrootcert without TLS, which leaves it unused',
  'set sslmode=verify-full in DATABASE_URL',
  exitCode.usage,
);

function plaintextRefused(host: string): UserError {
  return new UserError(
    `DATABASE_URL names ${host}, another machine, without TLS: everybody on the way could read events and the password`,
    'set sslmode=verify-full in DATABASE_URL, or DATABASE_ALLOW_PLAINTEXT=true where the network is your own',
    exitCode.usage,
  );
}

function readCertificates(path: string): string {
  try {
    const ca = readFileSync(path, 'utf8');
    // OpenSSL would pass over a file that holds none.
    new X509Certificate(ca);
    return ca;
  } catch {
    throw new UserError(
      `sslrootcert of DATABASE_URL: cannot read certificates from ${path}`,
      'name a readable file of PEM certificates',
      exitCode.usage,
    );
  }
}

const renew = "renew the server's certificate, and look whether this machine's clock is right";

const remedies: Readonly<Record<TlsError, string>> = {
  untrusted: 'name the certificate of the CA that signed it with sslrootcert in DATABASE_URL',
  expired: renew,
  'not-yet-valid': renew,
  'other-host': 'name the host in DATABASE_URL as its certificate does',
  'client-refused': 'let pg_hba.conf ask for a password instead of a certificate',
  'nothing-in-common': 'compare its ssl_min_protocol_version and ssl_ciphers',
};

/** The one line about a TLS connection to Postgres that cannot be made. */
export function tlsUserError(fault: TlsError): UserError {
  return new UserError(`Postgres ${tlsErrorText[fault]}`, remedies[fault]);
}
