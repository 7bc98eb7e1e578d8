/** A bearer token, and how long it is valid from now on. */
export interface BearerToken {
  readonly value: string;
  /** Milliseconds; 0 if unknown. */
  readonly lifetimeMs: number;
}

/** RFC 6750, section 2.1. Any other character could end the field of the token in a login. */
const syntax = /^[A-Za-z0-9\-._~+/]+=*$/;

/** Whether a text has the form of a bearer token. */
export function isBearerToken(text: unknown): text is string {
  return typeof text === 'string' && syntax.test(text);
}

/** When a JSON Web Token expires, according to itself; undefined for other tokens. */
export function expiryOf(token: string): Date | undefined {
  const [, claims = ''] = token.split('.');
  try {
    const { exp }: { readonly exp?: unknown } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    return typeof exp === 'number' ? new Date(exp * 1_000) : undefined;
  } catch {
    return undefined;
  }
}
