import { codeOf, describeError, isTransientError, toUserError } from '@pipeline/db';
import { isTransientError as isTransientKafkaError, toUserError as toKafkaUserError } from '@pipeline/kafka';
import { errorLine, UserError } from '@pipeline/runtime';

/** The UserError for an error of Kafka or Postgres; any other error unchanged. */
export function explain(error: unknown): unknown {
  const explained = toKafkaUserError(error);
  if (explained !== error) return explained;
  if (isTransientKafkaError(error))
    return new UserError(`Kafka does not respond: ${errorLine(error)}`, 'start it, or check KAFKA_BROKERS');
  if (codeOf(error) === '') return error;
  if (!isTransientError(error)) return toUserError(error);
  return new UserError(
    `Postgres does not respond: ${describeError(error)}`,
    'start it, or check DATABASE_URL',
  );
}
