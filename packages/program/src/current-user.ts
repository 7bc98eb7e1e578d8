import { userInfo } from 'node:os';

/** The name of the user of this process; `user` and its number if it has none, as in a container. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.()}`;
  }
}
