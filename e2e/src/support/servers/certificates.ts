import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import forge from 'node-forge';

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
  issue(name: string, options?: IssueOptions): Certificate;
}

interface IssueOptions {
  /** DNS names and IPv4 addresses; defaults to none, as for a client. */
  readonly hosts?: readonly string[];
  /** It expired yesterday, instead of expiring tomorrow. */
  readonly expired?: boolean;
}

/** Shared by all certificates: generating a key takes 0.1 s, and no test depends on distinct keys. */
const key = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;

/** Creates a self-signed authority. */
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

interface CertificateRequest {
  readonly subject: string;
  readonly issuer: string;
  readonly extensions: object[];
  readonly expired?: boolean;
}

const DAY_MS = 86_400_000;

function sign({ subject, issuer, extensions, expired = false }: CertificateRequest): string {
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

/** Types of GeneralName in X.509: 2 is a DNS name, 7 an IP address. */
function toAltName(host: string): object {
  return /^[\d.]+$/.test(host) ? { type: 7, ip: host } : { type: 2, value: host };
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
