// A certificate of its own, made by openssl.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

// For 127.0.0.1, in `directory`: the paths { cert, key }.
export function makeCertificate(directory) {
  const cert = join(directory, 'lemma.crt');
  const key = join(directory, 'lemma.key');
  execFileSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '2', '-subj', '/CN=lemma', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-keyout', key, '-out', cert],
  ], { stdio: 'ignore' });
  return { cert, key };
}
