import { codeOf, describeError, isTransientError, toUserError } from '@pipeline/db';
import { kafkaErrors } from '@pipeline/kafka';
import { errorLine } from '@pipeline/program';
import { UserError } from '@pipeline/runtime';

/** The UserError for an error of Kafka or Postgres; any other error unchanged. */
export function explain(error: unknown): unknown {
  const explained = kafkaErrors.toUserError(error);
  if (explained !== error) return explained;
  if (kafkaErrors.isTransientError(error)) {
    const problem = `Kafka does not respond: ${kafkaErrors.describeError(error)}`;
    return new UserError(problem, 'start it, or check KAFKA_BROKERS');
  }
  return codeOf(error) === '' ? error : explainPostgres(error);
}

/** An error of Postgres as one line for the users of the page and its API. */
export const errorMessage = (error: unknown) => errorLine(explainPostgres(error));

function explainPostgres(error: unknown): unknown {
  if (!isTransientError(error)) return toUserError(error);
  const problem = `Postgres does not respond: ${describeError(error)}`;
  return new UserError(problem, 'start it, or check DATABASE_URL');
}
