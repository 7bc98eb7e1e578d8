/** What the server said instead of an answer, in a line for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** What it had done before, if it says so. */
  readonly answer: unknown;

  constructor(message: string, answer: unknown) {
    super(message);
    this.answer = answer;
  }
}

/** @throws Refusal */
export async function getJson<Answer>(path: string): Promise<Answer> {
  return await readAnswer<Answer>(fetch(path));
}

/** @throws Refusal */
export async function postJson<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return await readAnswer<Answer>(fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function readAnswer<Answer>(asking: Promise<Response>): Promise<Answer> {
  const response = await asking.catch(() => undefined);
  if (response === undefined) throw new Refusal('the stats page does not answer', undefined);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(String(answer.error ?? response.statusText), answer);
  return answer;
}
