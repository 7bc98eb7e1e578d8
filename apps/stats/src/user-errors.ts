import { codeOf, toUserError } from '@pipeline/db';
import { isTransientError as isTransientKafkaError, toUserError as toKafkaUserError } from '@pipeline/kafka';

/** What ends a command: a lasting fault of Kafka or of Postgres as what a user can act on, everything else as it is. */
function explain(error: unknown): unknown {
  const explained = toKafkaUserError(error);
  if (explained !== error || isTransientKafkaError(error)) return explained;
  return codeOf(error) === '' ? error : toUserError(error);
}

/** A command whose faults are explained. */
export function explained<Words extends readonly unknown[]>(
  command: (...words: Words) => Promise<void>,
): (...words: Words) => Promise<void> {
  return (...words) =>
    command(...words).catch((error) => {
      throw explain(error);
    });
}
