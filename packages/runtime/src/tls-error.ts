/** Why a TLS connection cannot be made; none of these passes by itself. */
export type TlsError =
  | 'untrusted'
  | 'expired'
  | 'not-yet-valid'
  | 'other-host'
  | 'client-refused'
  | 'nothing-in-common';

/** The codes of Node (https://nodejs.org/api/tls.html#x509-certificate-error-codes) and of OpenSSL's alerts. */
const codes: readonly (readonly [RegExp, TlsError])[] = [
  [/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/, 'untrusted'],
  [
    /^CERT_(UNTRUSTED|SIGNATURE_FAILURE|CHAIN_TOO_LONG|REJECTED|REVOKED)$|^INVALID_(CA|PURPOSE)$/,
    'untrusted',
  ],
  [/^CERT_HAS_EXPIRED$/, 'expired'],
  [/^CERT_NOT_YET_VALID$/, 'not-yet-valid'],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, 'other-host'],
  [/^ERR_SSL_\S*ALERT_(\S*CERTIFICATE\S*|UNKNOWN_CA|ACCESS_DENIED)$/, 'client-refused'],
  [
    /^ERR_SSL_\S*(HANDSHAKE_FAILURE|PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_SHARED_CIPHER)$/,
    'nothing-in-common',
  ],
];

/** What the code of an error means; undefined where it is no lasting fault of TLS. */
export function tlsErrorOf(code: string | undefined): TlsError | undefined {
  return codes.find(([pattern]) => pattern.test(code ?? ''))?.[1];
}

/** What is wrong, in words that follow the name of a server. */
export const tlsErrorText: Readonly<Record<TlsError, string>> = {
  untrusted: 'has a certificate that nobody signed whom this program trusts',
  expired: 'has a certificate that has expired',
  'not-yet-valid': 'has a certificate that is not valid yet',
  'other-host': 'has a certificate for another host',
  'client-refused': "refuses this program's certificate",
  'nothing-in-common': 'speaks no version or cipher of TLS that this program speaks',
};
