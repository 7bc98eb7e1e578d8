import { Type } from '@sinclair/typebox';

/** Somebody became a user. */
export const signup = Type.Object({
  plan: Type.Unsafe<'free' | 'pro' | 'team'>({ type: 'string', enum: ['free', 'pro', 'team'] }),
});
