/** Why a TLS connection fails; all of these are permanent. */
export type TlsError =
  | 'untrusted'
  | 'expired'
  | 'not-yet-valid'
  | 'other-host'
  | 'client-refused'
  | 'nothing-in-common';

/** Node's codes (https://nodejs.org/api/tls.html#x509-certificate-error-codes) and OpenSSL's alerts. */
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

/** The meaning of an error code; undefined if it is not a permanent TLS error. */
export function tlsErrorOf(code: string | undefined): TlsError | undefined {
  return codes.find(([pattern]) => pattern.test(code ?? ''))?.[1];
}

/** The problem as a predicate, with the name of a server as its subject. */
export const tlsErrorText: Readonly<Record<TlsError, string>> = {
  untrusted: 'presents a certificate that is not signed by a trusted CA',
  expired: 'presents an expired certificate',
  'not-yet-valid': 'presents a certificate that is not valid yet',
  'other-host': 'presents a certificate for another host name',
  'client-refused': 'rejects the client certificate',
  'nothing-in-common': 'has no TLS version or cipher in common with this client',
};
