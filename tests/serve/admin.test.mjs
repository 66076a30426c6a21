// The admin API through the real `lemma serve` and `lemma admin`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { eventually, killServers, startServer } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
const root = mkdtempSync(join(tmpdir(), 'lemma-admin-'));
const directory = join(root, 'data');
after(() => rmSync(root, { recursive: true }));
after(killServers);

const password = 'planted horse battery';

function admin(args, input = '') {
  return spawnSync(lemma, ['admin', ...args, '--data-dir', directory],
                   { encoding: 'utf8', timeout: 60000, input });
}

test('an owner made on the command line signs in, and nothing tells the password', async () => {
  const made = admin(['create-user', 'alice', '--role', 'owner'], `${password}\n`);
  assert.equal(made.status, 0, made.stderr);
  assert.match(admin(['create-user', 'alice'], `${password}\n`).stderr, /name: "alice" is taken/);
  assert.match(admin(['create-user', 'bob'], 'short\n').stderr, /password: must have 12/);
  assert.match(admin(['disable-user', 'alice']).stderr, /somebody must stay owner/);

  const server = await startServer(['--data-dir', directory, '--admin-listen', '127.0.0.1:0']);
  const api = /^\s*admin\s+(http:\S+)/m.exec(server.stdout())[1];
  const post = (path, body, headers = {}) => fetch(api + path, {
    method: 'POST', body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  assert.equal((await post('/sign-in', { name: 'alice', password: 'not the password' })).status, 401);
  const signedIn = await post('/sign-in', { name: 'alice', password });
  assert.equal(signedIn.status, 200);
  const cookie = signedIn.headers.get('set-cookie').split(';')[0];
  const { csrf_token: csrf } = await signedIn.json();
  const get = async (path) => (await fetch(api + path, { headers: { cookie } })).json();

  assert.equal((await get('/health')).status, 'ok');
  assert.deepEqual((await get('/config'))['data-dir'], { values: [directory], is_set: true });
  const created = await post('/users', { name: 'vera', role: 'viewer', password },
                             { cookie, 'x-csrf-token': csrf });
  assert.equal(created.status, 201);
  const { entries } = await get('/audit');
  assert.deepEqual(entries.map((entry) => [entry.action, entry.actor]).reverse(), [
    ['user.create', 'command line'], ['sign_in.refused', ''], ['sign_in', 'alice'],
    ['user.create', 'alice'],
  ]);
  assert.equal(await server.stop(), 0);

  const verified = admin(['audit', 'verify']);
  assert.equal(verified.status, 0, verified.stderr);
  assert.equal(verified.stdout, `4:${entries[0].hash}\n`);
  assert.equal(admin(['audit', 'verify', '--known', `4:${'0'.repeat(64)}`]).status, 1);
  const token = cookie.split('=')[1];
  const files = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
  for (const text of [server.stdout(), server.stderr(), ...files]) {
    assert.equal(text.includes('planted'), false);
    assert.equal(text.includes(token), false);
  }
});

test('what the API changes, the service follows; what the service does, the API shows', async () => {
  const server = await startServer(['--data-dir', directory, '--admin-listen', '127.0.0.1:0',
                                    '--require-keys']);
  const api = /^\s*admin\s+(http:\S+)/m.exec(server.stdout())[1];
  const json = { 'content-type': 'application/json' };
  const signedIn = await fetch(`${api}/sign-in`, {
    method: 'POST', headers: json, body: JSON.stringify({ name: 'alice', password }),
  });
  const cookie = signedIn.headers.get('set-cookie').split(';')[0];
  const { csrf_token: csrf } = await signedIn.json();
  const call = async (method, path, body) => {
    const reply = await fetch(api + path, {
      method, headers: { ...json, cookie, 'x-csrf-token': csrf },
      body: body && JSON.stringify(body),
    });
    assert.ok(reply.ok, `${method} ${path}: ${reply.status}`);
    return reply.status === 204 ? null : reply.json();
  };
  const ask = (key, extra = {}) => fetch(`${server.url}/generate`, {
    method: 'POST', headers: { ...json, authorization: `Bearer ${key}` },
    body: JSON.stringify({ prompt: 'What is 47 * 36?', profile: 'math', ...extra }),
  });

  const made = await call('POST', '/keys', { name: 'judge', rpm: 1000 });
  await eventually(async () => (await ask(made.key, { max_tokens: 4 })).status === 200,
                   'a new key opens the door');
  const rendered = await call('POST', '/profiles/render',
                              { profile: 'math', prompt: 'What is 47 * 36?' });
  const reply = await (await ask(made.key, { max_tokens: 4 })).json();
  assert.equal(reply.usage.prompt_tokens, rendered.tokens, 'the preview is what the model gets');

  const { toml } = await call('GET', '/profiles/math/versions/production');
  const saved = await call('POST', '/profiles', {
    toml: toml.replace(/^description = .*$/m, 'description = "another"'),
  });
  await call('PUT', '/profiles/math/labels/production', { shares: [{ version: saved.version }] });
  const versions = async () => (await call('GET', '/usage?group_by=profile_version')).groups
    .map((group) => group.profile_version);
  await eventually(async () => {
    await ask(made.key, { max_tokens: 4 });
    return (await versions()).includes(String(saved.version));
  }, 'the promoted version runs, and its usage is counted');
  const { requests } = await call('GET', `/requests?key_id=${made.id}`);
  assert.ok(requests.length > 1);

  const running = fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST', headers: { ...json, authorization: `Bearer ${made.key}` },
    body: JSON.stringify({ model: 'lemma-mini', messages: [{ role: 'user', content: 'What is 12 * 34?' }],
                           n: 16, max_tokens: 1500, temperature: 2, ignore_eos: true }),
  });
  let live = [];
  await eventually(async () => {
    ({ requests: live } = await call('GET', '/live'));
    return live.length === 1;
  }, 'it runs');
  assert.equal(live[0].key_id, made.id);
  await call('POST', `/live/${live[0].id}/cancel`);
  assert.equal((await running).status, 499);

  await call('POST', `/keys/${made.id}/revoke`);
  await eventually(async () => (await ask(made.key)).status === 401, 'a revoked key opens nothing');
  assert.equal(await server.stop(), 0);
  const verified = admin(['audit', 'verify']);
  assert.equal(verified.status, 0, verified.stderr);
  const secret = made.key.slice(14, 26);
  const files = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
  for (const text of [server.stdout(), server.stderr(), ...files]) {
    assert.equal(text.includes(secret), false);
  }
});

test('it listens on this machine alone, and only where there is a database', () => {
  const serve = (...args) => spawnSync(lemma, ['serve', '--port', '0', ...args], {
    encoding: 'utf8', timeout: 60000, env: { ...process.env, XDG_DATA_HOME: '/nonexistent' },
  });
  const beyond = serve('--data-dir', directory, '--admin-listen', '0.0.0.0:0');
  assert.equal(beyond.status, 1);
  assert.match(beyond.stderr, /lemma: --admin-listen: .*ssh -L/);
  const origin = serve('--data-dir', directory, '--admin-origin', 'http://a', '--admin-listen',
                       '127.0.0.1:0');
  assert.match(origin.stderr, /lemma: --admin-origin: must be https:/);
  assert.match(serve('--admin-listen', '127.0.0.1:0').stderr, /--admin-listen: needs a data dir/);
});
