import { type TlsError, tlsErrorText, UserError } from '@pipeline/runtime';

const renew = "renew the brokers' certificate, and look whether this machine's clock is right";

const remedies: Readonly<Record<TlsError, string>> = {
  untrusted: 'name the certificate of the CA that signed it in KAFKA_SSL_CA',
  expired: renew,
  'not-yet-valid': renew,
  'other-host':
    'name the brokers in KAFKA_BROKERS, and in their advertised.listeners, as their certificate does',
  'client-refused':
    'name a certificate that the brokers trust and that has not expired in KAFKA_SSL_CERT, its key in KAFKA_SSL_KEY',
  'nothing-in-common': 'name a TLS listener of Kafka in KAFKA_BROKERS, and compare its ssl.enabled.protocols',
};

/** The one line about a TLS connection to Kafka that cannot be made. */
export function tlsUserError(fault: TlsError, broker = 'the broker'): UserError {
  return new UserError(`Kafka: ${broker} ${tlsErrorText[fault]}`, remedies[fault]);
}
