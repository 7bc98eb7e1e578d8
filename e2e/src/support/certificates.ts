import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import forge from 'node-forge';

/** A certificate and its key, PEM. */
interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Who signs certificates. */
export interface Authority {
  /** What trusts it: its own certificate, PEM. */
  readonly certificate: string;
  /** Signs one for a name and for the hosts that it serves at. */
  issue(name: string, options?: IssueOptions): Certificate;
}

interface IssueOptions {
  /** Names and IPv4 addresses; defaults to none, as a client's. */
  readonly hosts?: readonly string[];
  /** It was good until yesterday, instead of until tomorrow. */
  readonly expired?: boolean;
}

/** Making a key takes a tenth of a second, and nothing here depends on whose it is: all share it. */
const key = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;

/** Makes an authority that nobody knows yet. */
export function createAuthority(name: string): Authority {
  const isAuthority = { name: 'basicConstraints', cA: true, critical: true };
  return {
    certificate: sign({ subject: name, issuer: name, extensions: [isAuthority] }),
    issue(subject, { hosts = [], expired = false } = {}) {
      const extensions = [{ name: 'subjectAltName', altNames: hosts.map(toAltName) }];
      return { certificate: sign({ subject, issuer: name, extensions, expired }), key };
    },
  };
}

interface Unsigned {
  readonly subject: string;
  readonly issuer: string;
  readonly extensions: object[];
  readonly expired?: boolean;
}

const DAY_MS = 86_400_000;

function sign({ subject, issuer, extensions, expired = false }: Unsigned): string {
  const certificate = forge.pki.createCertificate();
  const signer = forge.pki.privateKeyFromPem(key);
  certificate.publicKey = forge.pki.setRsaPublicKey(signer.n, signer.e);
  certificate.serialNumber = `01${randomBytes(8).toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() - 2 * DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + (expired ? -DAY_MS : DAY_MS));
  certificate.setSubject([{ name: 'commonName', value: subject }]);
  certificate.setIssuer([{ name: 'commonName', value: issuer }]);
  certificate.setExtensions(extensions);
  certificate.sign(signer, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}

/** X.509 numbers the kinds of names: 2 is a DNS name, 7 an IP address. */
function toAltName(host: string): object {
  return /^[\d.]+$/.test(host) ? { type: 7, ip: host } : { type: 2, value: host };
}

/** A folder of PEM files, which goes when it is disposed of. */
export interface PemFolder extends AsyncDisposable {
  /** Writes a file; returns its path. */
  write(name: string, ...pem: readonly string[]): Promise<string>;
}

/** Makes a folder that servers of another account can read, too. */
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
