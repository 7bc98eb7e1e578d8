import type { Logger } from '@pipeline/runtime';
import type { BearerToken } from './bearer-token.ts';

/** Provides the token of a login. */
export interface TokenSource {
  /** The token for a login that begins now. @throws an error of kafkajs, transient or with a UserError as its cause */
  current(): Promise<string>;
  /**
   * Called if a broker has rejected a token: it is not used again.
   * @returns whether a new one may be accepted: the token was used before, or is not the current one any more,
   * because another login has renewed it or was rejected first
   */
  forget(token: string): boolean;
  /** What helps against a rejected token. */
  readonly remedy: string;
}

/** The part of its lifetime after which a token is renewed; that of sessions is the same. */
const RENEWAL = 0.8;

interface HeldToken {
  readonly value: string;
  readonly renewAt: number;
  readonly expiresAt: number;
  isReused: boolean;
}

/**
 * Holds a token and renews it at the first login after 80 % of its lifetime. If that fails, it is used until it
 * expires, so that the issuer may be unavailable for the last fifth of a lifetime.
 */
export class RenewedToken implements TokenSource {
  readonly remedy: string;
  readonly #request: () => Promise<BearerToken>;
  readonly #logger: Logger;
  #held: HeldToken | undefined;
  #renewal: Promise<string> | undefined;

  constructor(request: () => Promise<BearerToken>, remedy: string, logger: Logger) {
    this.#request = request;
    this.remedy = remedy;
    this.#logger = logger;
  }

  async current(): Promise<string> {
    const held = this.#held;
    if (held !== undefined && performance.now() < held.renewAt) return reuse(held);
    try {
      return await this.#renew();
    } catch (error) {
      if (held === undefined || held !== this.#held || performance.now() >= held.expiresAt) throw error;
      const problem = { error: error instanceof Error ? error.message : String(error) };
      this.#logger.warn(problem, 'the token cannot be renewed, and is used until it expires');
      return reuse(held);
    }
  }

  forget(token: string): boolean {
    const held = this.#held;
    if (held?.value !== token) return true;
    this.#held = undefined;
    return held.isReused;
  }

  /** Concurrent logins share one request. */
  #renew(): Promise<string> {
    this.#renewal ??= this.#requestOne().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #requestOne(): Promise<string> {
    const { value, lifetimeMs } = await this.#request();
    const now = performance.now();
    this.#held = { value, renewAt: now + RENEWAL * lifetimeMs, expiresAt: now + lifetimeMs, isReused: false };
    return value;
  }
}

function reuse(held: HeldToken): string {
  held.isReused = true;
  return held.value;
}
