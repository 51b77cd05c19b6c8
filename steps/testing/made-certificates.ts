import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate and its key: their paths, and their content as PEM. */
export interface Made {
  readonly certificate: string;
  readonly key: string;
  readonly pem: { readonly cert: string; readonly key: string };
}

/** Makes certificates with openssl, in the given folder or in a temporary one, which is removed on disposal. */
export class MadeCertificates implements Disposable {
  readonly folder: string;

  constructor(folder: string = mkdtempSync(join(tmpdir(), 'made-certificates-'))) {
    this.folder = folder;
  }

  /** Makes an authority, or a self-signed certificate. */
  async authority(name: string, subject = ''): Promise<Made> {
    await this.#openssl(name, 'req', '-x509', ...newKey, ...alternatives(subject), '-out', `${name}.pem`);
    return this.#read(name);
  }

  /** @param subject the name that it certifies: `DNS:hub.example`, `IP:127.0.0.1` */
  async signedBy(authority: string, name: string, subject: string): Promise<Made> {
    const by = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-copy_extensions', 'copy'];
    await this.#openssl(name, 'req', ...newKey, ...alternatives(subject), '-out', `${name}.csr`);
    await run('openssl', ['x509', '-req', '-in', `${name}.csr`, ...by, '-days', '2', '-out', `${name}.pem`], {
      cwd: this.folder,
    });
    return this.#read(name);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }

  async #openssl(name: string, ...args: string[]): Promise<void> {
    await run('openssl', [...args, '-subj', `/CN=${name}`, '-keyout', `${name}.key`], { cwd: this.folder });
  }

  #read(name: string): Made {
    const [certificate, key] = [join(this.folder, `${name}.pem`), join(this.folder, `${name}.key`)];
    return { certificate, key, pem: { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') } };
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

const alternatives = (subject: string): string[] => (subject === '' ? [] : ['-addext', `subjectAltName=${subject}`]);
