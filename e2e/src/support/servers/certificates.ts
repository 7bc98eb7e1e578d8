import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** A certificate and its private key, PEM. */
interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority. */
export interface Authority {
  /** Its own certificate, PEM: trusting it means trusting what it signs. */
  readonly certificate: string;
  /** Issues a certificate for a common name and hosts. */
  issue(name: string, options?: IssueOptions): Promise<Certificate>;
}

interface IssueOptions {
  /** DNS names and IPv4 addresses; defaults to none, as for a client. */
  readonly hosts?: readonly string[];
  /** It expired yesterday, instead of expiring tomorrow. */
  readonly expired?: boolean;
}

/** Shared by all certificates: generating a key takes 0.1 s, and no test depends on distinct keys. */
const keyPair = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** Creates a self-signed authority. */
export async function createAuthority(name: string): Promise<Authority> {
  const isAuthority = { name: 'basicConstraints', cA: true, critical: true } as const;
  const certificate = await sign(name, { extensions: [isAuthority] });
  const ca = { key: keyPair.privateKey, cert: certificate };
  return {
    certificate,
    async issue(subject, { hosts = [], expired = false } = {}) {
      const forHosts = { name: 'subjectAltName', altNames: hosts.map(toAltName) } as const;
      const notAfterDate = daysFromNow(expired ? -1 : 1);
      const signed = await sign(subject, { ca, extensions: [forHosts], notAfterDate });
      return { certificate: signed, key: keyPair.privateKey };
    },
  };
}

async function sign(subject: string, options: Parameters<typeof generate>[1]): Promise<string> {
  const dates = { notBeforeDate: daysFromNow(-2), notAfterDate: daysFromNow(1) };
  const attributes = [{ name: 'commonName', value: subject }];
  return (await generate(attributes, { keyPair, algorithm: 'sha256', ...dates, ...options })).cert;
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}

/** Types of GeneralName in X.509: 2 is a DNS name, 7 an IP address. */
function toAltName(host: string) {
  return /^[\d.]+$/.test(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host };
}

/** A folder of PEM files; deleted on disposal. */
export interface PemFolder extends AsyncDisposable {
  /** Writes a file and returns its path. */
  write(name: string, ...pem: readonly string[]): Promise<string>;
}

/** Creates a folder whose files servers under another account can read. */
export async function createPemFolder(): Promise<PemFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-pem-'));
  return {
    async write(name, ...pem) {
      const path = join(folder, name);
      await writeFile(path, pem.join(''));
      return path;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
