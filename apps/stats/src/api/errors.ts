import type { ErrorHandler } from 'hono';
import { errorMessage } from '../user-errors.ts';

/** A request with an invalid parameter or member. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** Responds with 400 to a bad request, and otherwise with 503: Postgres or Kafka is not available. */
export const answerError: ErrorHandler = (error, context) =>
  error instanceof BadRequest
    ? context.json({ error: error.message }, 400)
    : context.json({ error: errorMessage(error) }, 503);
