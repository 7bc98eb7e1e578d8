import { type TlsError, tlsErrorText, UserError } from '@pipeline/runtime';

const renew = "renew the brokers' certificate, and check this machine's clock";

const remedies: Readonly<Record<TlsError, string>> = {
  untrusted: 'set KAFKA_SSL_CA to the certificate of the CA that signed it',
  expired: renew,
  'not-yet-valid': renew,
  'other-host':
    'use the host names of the certificate in KAFKA_BROKERS and in advertised.listeners of the brokers',
  'client-refused':
    'set KAFKA_SSL_CERT and KAFKA_SSL_KEY to a valid certificate that the brokers trust, and to its key',
  'nothing-in-common':
    'set KAFKA_BROKERS to a TLS listener, and check ssl.enabled.protocols and ssl.cipher.suites of the brokers',
};

/** The UserError for a failed TLS handshake with a broker. */
export function tlsUserError(error: TlsError, broker = 'the broker'): UserError {
  return new UserError(`Kafka: ${broker} ${tlsErrorText[error]}`, remedies[error]);
}
