import { UserError } from '@pipeline/runtime';
import kafkajs from 'kafkajs';

/** A login that fails until something is changed; `toUserError` returns its UserError. kafkajs retries other errors. */
export function permanentLoginError(message: string, remedy: string): Error {
  const cause = new UserError(message, remedy);
  return Object.assign(new kafkajs.KafkaJSNonRetriableError(message), { cause });
}

/** A login that may succeed later. */
export function transientLoginError(message: string): Error {
  return new kafkajs.KafkaJSConnectionError(message);
}
