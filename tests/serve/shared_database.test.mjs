// Several `lemma serve` on one PostgreSQL: limits, keys and profiles of all of them; and of what is
// secret, nothing is found where it does not belong.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startPostgresql } from './postgresql.mjs';
import { eventually, killServers, metricsOf, startServer } from './server.mjs';
import { codeOf } from './totp.mjs';

const lemma = process.env.LEMMA_BINARY;
const root = mkdtempSync(join(tmpdir(), 'lemma-shared-'));
let postgresql;
let place;  // the options that name the database and the directory of the secret
before(async () => {
  postgresql = await startPostgresql();
  place = ['--data-dir', root, '--database', `${postgresql.address}&password=planted-database`];
});
after(() => rmSync(root, { recursive: true }));
after(() => postgresql?.stop());
after(killServers);

function run(args, input = '') {
  const done = spawnSync(lemma, [...args, ...place], { encoding: 'utf8', timeout: 60000, input });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

const createKey = (...args) => JSON.parse(run(['key', 'create', '--json', ...args]));
const start = (...args) => startServer([...place, ...args]);
const bearer = (key) => ({ authorization: `Bearer ${key}` });

function ask(server, key, fields = {}) {
  return fetch(`${server.url}/generate`, {
    method: 'POST', headers: bearer(key),
    body: JSON.stringify({ prompt: 'What is 12 * 34?', max_tokens: 4, ...fields }),
  });
}

const status = async (reply) => {
  const { status } = await reply;
  return status;
};

test('two servers hold one limit, and what changes at one is so at the other', async () => {
  const servers = await Promise.all([start('--require-keys'), start('--require-keys')]);
  const limited = createKey('--name', 'limited', '--rpm', '10');
  const free = createKey('--name', 'free');
  for (const server of servers) {
    await eventually(async () => (await ask(server, free.key)).status === 200, 'the key is known');
  }
  const begun = Date.now();
  const replies = await Promise.all(
    Array.from({ length: 60 }, (_, i) => status(ask(servers[i % 2], limited.key))));
  const nBack = Math.floor((Date.now() - begun) / 6000);  // one every six seconds
  const nAnswered = replies.filter((code) => code === 200).length;
  assert.ok(nAnswered >= 10 && nAnswered <= 10 + nBack, `${nAnswered} of 10, ${nBack} came back`);
  assert.equal(replies.filter((code) => code === 429).length, 60 - nAnswered);

  const file = join(root, 'math.toml');
  run(['profile', 'export', 'math', '-o', file]);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^description = .*$/m,
                                                         'description = "another"'));
  run(['profile', 'import', file]);
  run(['profile', 'promote', 'math', '2']);
  for (const server of servers) {
    await eventually(async () => {
      const reply = await fetch(`${server.url}/v1/profiles`, { headers: bearer(free.key) });
      return (await reply.json()).data.find(({ id }) => id === 'math').description === 'another';
    }, 'the promoted version runs');
  }
  run(['key', 'revoke', free.id]);
  for (const server of servers) {
    await eventually(async () => (await ask(server, free.key)).status === 401,
                     'the revoked key opens nothing');
  }
  for (const server of servers) assert.equal(await server.stop(), 0);
});

// Signed in: call(method, path, body) -> the reply, and what it was signed in with.
async function signIn(server, name, password) {
  const api = /^\s*admin\s+(http:\S+)/m.exec(server.stdout())[1];
  const headers = { 'content-type': 'application/json' };
  const call = (method, path, body) => fetch(api + path, {
    method, headers, body: body && JSON.stringify(body),
  });
  const signedIn = await call('POST', '/sign-in', { name, password });
  assert.equal(signedIn.status, 200);
  headers.cookie = signedIn.headers.get('set-cookie').split(';')[0];
  headers['x-csrf-token'] = (await signedIn.json()).csrf_token;
  return { call, cookie: headers.cookie.split('=')[1], csrf: headers['x-csrf-token'] };
}

test('no secret is in a row, a log, a metric or an error', async () => {
  const receiver = createServer((request, response) => response.writeHead(500).end());
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  after(() => receiver.close());
  const there = `http://127.0.0.1:${receiver.address().port}`;
  const password = 'planted-password';
  const secrets = ['planted'];  // in whatever else is planted here, too
  run(['admin', 'create-user', 'alice', '--role', 'owner'], `${password}\n`);
  const server = await start('--require-keys', '--admin-listen', '127.0.0.1:0',
                             '--log-format', 'json', '--webhook-private');
  const { call, cookie, csrf } = await signIn(server, 'alice', password);
  secrets.push(cookie, csrf);
  const made = async (reply) => {
    const body = await reply;
    assert.ok(body.ok, `${body.url}: ${body.status}`);
    return body.json();
  };

  const { key, id } = await made(call('POST', '/keys', { name: 'judge', scopes: ['inference', 'metrics'] }));
  const { key: rotated } = await made(call('POST', `/keys/${id}/rotate`, { grace: '1h' }));
  for (const text of [key, rotated]) secrets.push(text.slice(14));
  await made(call('POST', '/replicas', { spec: `${there}/v1,name=far`, key: 'planted-replica' }));
  const alert = await made(call('POST', '/alerts', {
    name: 'any', metric: 'requests', comparison: 'above', threshold: 0, window_minutes: 5,
    for_minutes: 0, webhook_url: `${there}/alert`,
  }));
  secrets.push(alert.secret);
  const factor = await made(call('POST', '/me/totp', { password }));
  const seed = /secret=([A-Z2-7]+)/.exec(factor.url)[1];
  const { recovery_codes: recovery } = await made(
    call('POST', '/me/totp/confirm', { code: codeOf(seed) }));
  secrets.push(seed, ...recovery);
  assert.ok(secrets.every((secret) => secret?.length >= 7), secrets.join());

  await eventually(async () => (await ask(server, rotated)).status === 200, 'the key is known');
  const asked = 'What is 12 * 34? planted-prompt';
  const job = await made(fetch(`${server.url}/v1/jobs`, {
    method: 'POST', headers: bearer(rotated),
    body: JSON.stringify({
      target: '/generate', body: { prompt: asked, profile: 'math', max_tokens: 4 },
      webhook: { url: `${there}/hook`, secret: 'planted-webhook' },
    }),
  }));
  await (await fetch(`${server.url}/v1/jobs/${job.id}/events`, { headers: bearer(rotated) })).text();
  const errors = [
    ask(server, 'planted-key'),
    ask(server, `${rotated.slice(0, -1)}-`),
    ask(server, rotated, { prompt: asked, max_tokens: -1 }),
    ask(server, rotated, { prompt: asked, temperature: 'planted-value' }),
    ask(server, rotated, { prompt: asked, profile: 'none-such' }),
    ask(server, rotated, { prompt: asked, variables: { none: 'planted-value' } }),
    fetch(`${server.url}/generate`, { method: 'POST', headers: bearer(rotated), body: '{"prompt": "planted' }),
    call('POST', '/sign-in', { name: 'alice', password: 'planted-wrong' }),
    call('POST', '/sign-in', { name: 'alice', password, code: '000000' }),
    call('POST', '/me/totp/remove', { password: 'planted-wrong' }),
    call('POST', '/replicas', { spec: `${there}/v1,key-file=/etc/shadow`, key: 'planted-replica' }),
  ];
  const seen = { rows: '', log: '', 'standard output': '' };
  for (const reply of await Promise.all(errors)) {
    const { status, url } = reply;
    assert.ok(status >= 400, `${url}: ${status}`);
    seen[`error of ${url}`] = (seen[`error of ${url}`] ?? '') + await reply.text();
  }
  const views = ['/config', '/replicas', '/alerts', `/alerts/${alert.id}`, '/audit', '/keys', '/users',
                 '/jobs', `/jobs/${job.id}`, '/requests', '/live'];
  for (const view of views) seen[view] = await (await call('GET', view)).text();
  seen['/metrics'] = await metricsOf(server.url, bearer(rotated));
  assert.equal(await server.stop(), 0);
  seen.rows = postgresql.dump();
  seen.log = server.stderr();
  seen['standard output'] = server.stdout();
  assert.ok(seen.rows.includes(job.id) && seen.rows.includes(id), 'it is what was written');
  for (const [where, text] of Object.entries(seen)) {
    for (const secret of secrets) {
      const at = text.indexOf(secret);
      const around = text.slice(Math.max(0, at - 200), at + 100);
      assert.equal(at, -1, `${secret} is in ${where}: ${around}`);
    }
  }
});

test('a second signal ends it, though its database does not answer', async () => {
  const server = await start();
  postgresql.freeze();
  try {
    await new Promise((resolve) => setTimeout(resolve, 300)); // it asks four times a second
    server.process.kill('SIGTERM');
    await eventually(() => server.stderr().includes('draining'), 'it drains');
    await new Promise((resolve) => setTimeout(resolve, 1000)); // for all that needs no database
    const hung = setTimeout(() => server.process.kill('SIGKILL'), 20000);
    server.process.kill('SIGTERM');
    await server.exited;
    clearTimeout(hung);
    assert.equal(server.process.signalCode, 'SIGTERM');
  } finally {
    postgresql.thaw();
  }
});
