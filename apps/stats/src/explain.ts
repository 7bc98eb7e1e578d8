import { codeOf, explainFault } from '@pipeline/db';
import { explainKafkaFault, isPassingKafkaFault } from '@pipeline/kafka';

/** What ends a command: a lasting fault of Kafka or of Postgres as what a user can act on, everything else as it is. */
function explain(error: unknown): unknown {
  const explained = explainKafkaFault(error);
  if (explained !== error || isPassingKafkaFault(error)) return explained;
  return codeOf(error) === '' ? error : explainFault(error);
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
