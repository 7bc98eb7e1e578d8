import { custom, optionalText } from '@pipeline/runtime';
import { addressRanges } from './trusted-proxies.ts';

/** Settings for a page that is reached through a proxy, or needs a login. */
export const accessSettings = {
  STATS_USER_HEADER: custom<string | undefined>(
    undefined,
    'Header in which a trusted proxy passes the name of the user, recorded with dead-letter actions',
    'the name of a header, such as X-Forwarded-User',
    // Headers with secrets must not be recorded.
    (name) => (/^(?!authorization$|cookie$)[a-z][a-z\d-]*$/i.test(name) ? name : undefined),
  ),
  STATS_TRUSTED_PROXIES: addressRanges(
    'Addresses from which STATS_USER_HEADER and X-Forwarded-Host and -Proto are accepted',
  ),
  STATS_BASIC_AUTH_FILE: optionalText(
    'File of USER:PASSWORD lines; the page then requires a login. Read again when it changes',
  ),
};
