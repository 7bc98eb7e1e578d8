/** The reason of an aborted stop signal. */
export class StopRequest extends Error {
  override readonly name = 'StopRequest';

  constructor(signal: string) {
    super(`stopped by ${signal}`);
  }
}
