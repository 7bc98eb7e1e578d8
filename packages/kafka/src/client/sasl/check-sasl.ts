import { exitCode, UserError } from '@pipeline/runtime';
import type { KafkaSettings } from '../../settings.ts';

const password = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
const client = ['KAFKA_OAUTH_TOKEN_ENDPOINT', 'KAFKA_OAUTH_CLIENT_ID', 'KAFKA_OAUTH_CLIENT_SECRET'] as const;
const scope = ['KAFKA_OAUTH_SCOPE'] as const;
const extensions = ['KAFKA_OAUTH_EXTENSIONS'] as const;
const file = ['KAFKA_OAUTH_TOKEN_FILE'] as const;

const all = [...password, ...client, ...scope, ...file, ...extensions];
type Name = (typeof all)[number];

/** The settings of a way to log in. */
interface Login {
  readonly subject: string;
  readonly needs: readonly Name[];
  readonly mayHave?: readonly Name[];
  /** What else helps. */
  readonly alternative?: string;
}

const unset: Login = {
  subject: 'a Kafka client without KAFKA_SASL_MECHANISM',
  needs: [],
  alternative: ', or set KAFKA_SASL_MECHANISM',
};

/**
 * Checks the settings of the SASL mechanism together.
 * @throws UserError that names all settings that are missing and all that would be ignored
 */
export function checkSasl(settings: KafkaSettings): void {
  const { subject, needs, mayHave = [], alternative = '' } = loginOf(settings);
  const missing = needs.filter((name) => settings[name] === undefined);
  const used: readonly Name[] = [...needs, ...mayHave];
  const ignored = all.filter((name) => settings[name] !== undefined && !used.includes(name));
  if (missing.length + ignored.length === 0) return;
  const problems = [clause('lacks', missing), clause('ignores', ignored)].flat();
  const remedies = [clause('set', missing), clause('unset', ignored)].flat();
  throw new UserError(
    `${subject} ${problems.join(', and ')}`,
    remedies.join(', and ') + alternative,
    exitCode.usage,
  );
}

function loginOf({ KAFKA_SASL_MECHANISM: mechanism, KAFKA_OAUTH_TOKEN_FILE }: KafkaSettings): Login {
  if (mechanism === undefined) return unset;
  const subject = `KAFKA_SASL_MECHANISM=${mechanism}`;
  if (mechanism === 'aws-msk-iam') return { subject, needs: [] };
  if (mechanism !== 'oauthbearer') return { subject, needs: password };
  if (KAFKA_OAUTH_TOKEN_FILE !== undefined)
    return { subject: `${subject} with KAFKA_OAUTH_TOKEN_FILE`, needs: file, mayHave: extensions };
  const alternative = '; or set only KAFKA_OAUTH_TOKEN_FILE';
  return { subject, needs: client, mayHave: [...scope, ...extensions], alternative };
}

/** No clause without names. */
function clause(verb: string, names: readonly Name[]): readonly string[] {
  if (names.length === 0) return [];
  const list = new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(names);
  return [`${verb} ${list}`];
}
