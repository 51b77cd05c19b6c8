import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key: their paths, and their content as PEM. */
export interface Made {
  readonly certificate: string;
  readonly key: string;
  readonly pem: { readonly cert: string; readonly key: string };
}

/**
 * Makes certificates with openssl, in the given folder or in a temporary one, which is removed on disposal. It waits for openssl: where a
 * module awaits it, the tests of an earlier module in the same process could end meanwhile, and with them everything.
 */
export class MadeCertificates implements Disposable {
  readonly folder: string;

  constructor(folder: string = mkdtempSync(join(tmpdir(), 'made-certificates-'))) {
    this.folder = folder;
  }

  /** Makes an authority, or a self-signed certificate. */
  authority(name: string, subject = ''): Made {
    this.#make(name, 'req', '-x509', ...newKey, ...alternatives(subject), '-out', `${name}.pem`);
    return this.#read(name);
  }

  /** @param subject the name that it certifies: `DNS:hub.example`, `IP:127.0.0.1` */
  signedBy(authority: string, name: string, subject: string): Made {
    const by = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-copy_extensions', 'copy'];
    this.#make(name, 'req', ...newKey, ...alternatives(subject), '-out', `${name}.csr`);
    this.#run('x509', '-req', '-in', `${name}.csr`, ...by, '-days', '2', '-out', `${name}.pem`);
    return this.#read(name);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }

  #make(name: string, ...args: readonly string[]): void {
    this.#run(...args, '-subj', `/CN=${name}`, '-keyout', `${name}.key`);
  }

  #run(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' });
  }

  #read(name: string): Made {
    const [certificate, key] = [join(this.folder, `${name}.pem`), join(this.folder, `${name}.key`)];
    return { certificate, key, pem: { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') } };
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

const alternatives = (subject: string): string[] => (subject === '' ? [] : ['-addext', `subjectAltName=${subject}`]);
