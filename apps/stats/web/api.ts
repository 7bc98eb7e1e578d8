/** A response; after an error, what was done before it. */
type Answered<Answer> = Partial<Answer> & { readonly error?: string };

/** @throws Error with one line for the user */
export async function getJson<Answer>(path: string): Promise<Answer> {
  const answer = await request<Answer>(path);
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer as Answer;
}

/** Never rejects. */
export async function postJson<Answer>(path: string, body: object): Promise<Answered<Answer>> {
  const headers = { 'content-type': 'application/json' };
  return await request(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function request<Answer>(path: string, init: RequestInit = {}): Promise<Answered<Answer>> {
  const response = await fetch(path, init).catch(() => undefined);
  const answer = await response?.json().catch(() => ({}));
  if (response?.ok) return answer;
  // A proxy's errors are no JSON, and have no status text with HTTP/2.
  const problem = response === undefined ? 'the stats server does not respond' : `HTTP ${response.status}`;
  return { error: problem, ...answer };
}
