/** An error response of the API, in one line for the user. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The response body; it may list what was done before the error. */
  readonly body: unknown;

  constructor(message: string, body: unknown) {
    super(message);
    this.body = body;
  }
}

/** @throws ApiError */
export async function getJson<Answer>(path: string): Promise<Answer> {
  return await readAnswer<Answer>(fetch(path));
}

/** @throws ApiError */
export async function postJson<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return await readAnswer<Answer>(fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function readAnswer<Answer>(request: Promise<Response>): Promise<Answer> {
  const response = await request.catch(() => undefined);
  if (response === undefined) throw new ApiError('the stats server does not respond', undefined);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(String(answer.error ?? response.statusText), answer);
  return answer;
}
