// `lemma serve --tls-cert --tls-key`: HTTPS from the program to a client that checks it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { makeCertificate } from './certificate.mjs';
import { killServers, startServer } from './server.mjs';

const directory = mkdtempSync(join(tmpdir(), 'lemma-tls-'));
after(() => {
  killServers();
  rmSync(directory, { recursive: true });
});

const { cert, key } = makeCertificate(directory);

const post = (url, body) =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', ca: readFileSync(cert) }, (response) => {
      let text = '';
      response.on('data', (bytes) => (text += bytes));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });

test('a client that checks the certificate gets its answer, whole and streamed', async () => {
  const server = await startServer(['--tls-cert', cert, '--tls-key', key]);
  assert.match(server.url, /^https:/);
  const whole = await post(`${server.url}/generate`, { prompt: 'What is 47 * 36?', max_tokens: 40 });
  assert.equal(whole.status, 200, whole.text);
  const body = { prompt: 'What is 47 * 36?', max_tokens: 40, stream: true };
  const stream = await post(`${server.url}/generate`, body);
  assert.equal(stream.status, 200, stream.text);
  assert.match(stream.text, /data: \[DONE\]\n\n$/);
  const plain = await fetch(server.url.replace('https', 'http'));
  assert.equal(plain.status, 400);
  assert.match(await plain.text(), /speaks HTTPS/);
  assert.equal(await server.stop(), 0);
});

test('files that do not serve, or one without the other, end it with what is wrong', () => {
  const serve = (...args) =>
    spawnSync(process.env.LEMMA_BINARY, ['serve', '--port', '0', ...args], {
      encoding: 'utf8',
      timeout: 60000,
      env: { ...process.env, XDG_DATA_HOME: '/nonexistent' },
    });
  const alone = serve('--tls-cert', cert);
  assert.notEqual(alone.status, 0);
  assert.match(alone.stderr, /--tls-key/);
  const absent = serve('--tls-cert', cert, '--tls-key', join(directory, 'absent.key'));
  assert.notEqual(absent.status, 0);
  assert.match(absent.stderr, /absent\.key/);
});
