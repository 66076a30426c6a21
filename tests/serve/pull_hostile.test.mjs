// `lemma pull` from hubs, and through proxies, that do not behave.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { makeCertificate } from './certificate.mjs';
import { commit } from './hub_server.mjs';
import {
  assertPulled, directory, endPulls, makeHub, miniFiles, modelScope, partBytes, pull, weights,
} from './pulling.mjs';

after(endPulls);

test('cuts and wrong bytes of ModelScope are met as those of Hugging Face', async () => {
  const hub = await makeHub();
  let n_cuts = 0;
  hub.behave.cutAfter = (name) => (name === 'model.safetensors' && n_cuts++ < 1 ? 700000 : -1);
  assertPulled(hub, await pull(hub, modelScope(hub)));
  assert.ok(hub.requests.some(({ range }) => range === 'bytes=700000-'));
  const wrong = await makeHub();
  wrong.behave.wrongBytes = 'model.safetensors';
  const reply = await pull(wrong, modelScope(wrong));
  assert.match(reply.stderr, /model.safetensors: its hash is/);
  assert.equal(partBytes(wrong), 0);
});

test('a cut connection is taken up where it ended', async () => {
  const hub = await makeHub();
  let n_cuts = 0;
  hub.behave.cutAfter = (name) => (name === 'model.safetensors' && n_cuts++ < 2 ? 700000 : -1);
  assertPulled(hub, await pull(hub));
  const ranges = hub.requests.map(({ range }) => range).filter(Boolean);
  assert.ok(ranges.includes('bytes=700000-'), ranges.join());
  assert.ok(ranges.includes('bytes=1400000-'), ranges.join());
});

test('a server that ignores ranges sends all of it again', async () => {
  const hub = await makeHub();
  hub.behave.ignoreRanges = true;
  let n_cuts = 0;
  hub.behave.cutAfter = (name) => (name === 'model.safetensors' && n_cuts++ < 1 ? 700000 : -1);
  assertPulled(hub, await pull(hub));
});

test('a page in the place of the file costs nothing of the part that is here', async () => {
  const bytes = Buffer.from('<html>sign in</html>'.repeat(256));
  for (const chunked of [false, true]) {
    for (const cut of [700000, 1000]) { // the part is longer than the page, and shorter
      const hub = await makeHub();
      let n_asked = 0;
      hub.behave.cutAfter = (name) =>
        name === 'model.safetensors' && n_asked++ === 0 ? cut : -1;
      let n_pages = 0;
      hub.behave.page = (name) =>
        name === 'model.safetensors' && n_asked === 1 && n_pages++ === 0 ? { bytes, chunked } : null;
      const reply = await pull(hub);
      assertPulled(hub, reply);
      assert.match(reply.stderr, /only 5120 of the \d+ bytes came/);
      const ranges = hub.requests.map(({ range }) => range).filter(Boolean);
      assert.deepEqual(ranges.slice(-2), [`bytes=${cut}-`, `bytes=${cut}-`]);
    }
  }
});

test('bytes from elsewhere than asked are not taken', async () => {
  const hub = await makeHub();
  let n_cuts = 0;
  hub.behave.cutAfter = (name) => {
    if (name !== 'model.safetensors') return -1;
    hub.behave.shiftRange = n_cuts === 0 ? 5 : 0;
    return n_cuts++ < 1 ? 700000 : -1;
  };
  const reply = await pull(hub);
  assertPulled(hub, reply);
  assert.match(reply.stderr, /sent other bytes than were asked for/);
});

test('a relative redirect is followed, and one in circles is not', async () => {
  const hub = await makeHub();
  hub.behave.redirect = (name, url) =>
    url.searchParams.has('here') ? null : `/own/mini/resolve/${commit}/${name}?here`;
  assertPulled(hub, await pull(hub));
  const circle = await makeHub();
  circle.behave.redirect = (name, url) => url.pathname;
  const reply = await pull(circle);
  assert.equal(reply.status, 1);
  assert.match(reply.stderr, /config.json redirects in circles/);
  assert.ok(circle.requests.length < 20);
});

test('a hub of a network\'s own authority is trusted once that is named, and then not left for http', async () => {
  const { cert, key } = makeCertificate(directory);
  const hub = await makeHub(miniFiles, { cert: readFileSync(cert), key: readFileSync(key) });
  const stranger = await pull(hub);
  assert.equal(stranger.status, 1);
  assert.match(stranger.stderr, /127.0.0.1: .*; where the authority .* SSL_CERT_FILE/);
  const misnamed = await pull(hub, [], { SSL_CERT_FILE: join(directory, 'none.crt') });
  assert.equal(misnamed.status, 1);
  assert.match(misnamed.stderr, /see the file that SSL_CERT_FILE names/);
  assert.equal(hub.requests.length, 0);
  const plain = await makeHub();
  hub.behave.redirect = (name) => `${plain.url}/own/mini/resolve/${commit}/${name}`;
  const led = await pull(hub, [], { SSL_CERT_FILE: cert });
  assert.equal(led.status, 1);
  assert.match(led.stderr, /redirects from https to http, which is not followed/);
  assert.equal(plain.requests.length, 0);
  hub.behave.redirect = () => null;
  assertPulled(hub, await pull(hub, [], { SSL_CERT_FILE: cert }));
});

test('damaged bytes are refused, named and removed', async () => {
  for (const name of ['config.json', 'model.safetensors']) {
    const hub = await makeHub();
    hub.behave.wrongBytes = name;
    const reply = await pull(hub);
    assert.equal(reply.status, 1);
    assert.match(reply.stderr, new RegExp(`${name}: its hash is`));
    assert.equal(partBytes(hub), 0);
    assert.ok(!existsSync(join(hub.repository, 'refs/main')));
    hub.behave.wrongBytes = '';
    assertPulled(hub, await pull(hub));
  }
});

test('a size that lies is found out', async () => {
  const hub = await makeHub();
  const lie = (by) => (entry) =>
    entry.lfs ? { ...entry, size: entry.size + by, lfs: { ...entry.lfs, size: entry.size + by } }
              : entry;
  hub.behave.list = lie(-10);
  const less = await pull(hub);
  assert.equal(less.status, 1);
  assert.match(less.stderr, /more bytes came/);
  hub.behave.list = lie(2 ** 42);
  const huge = await pull(hub);
  assert.equal(huge.status, 1);
  assert.match(huge.stderr, /MiB free, and \d+ MiB are needed/);
});

test('401, 403, 404 and 429 say what to do, at once', async () => {
  const words = { 401: /HF_TOKEN/, 403: /HF_TOKEN/, 404: /name and revision/, 429: /in 300 s/ };
  for (const [status, expected] of Object.entries(words)) {
    const hub = await makeHub();
    hub.behave.status = () => Number(status);
    hub.behave.retryAfter = 300; // longer than is waited for
    const reply = await pull(hub);
    assert.equal(reply.status, 1);
    assert.match(reply.stderr, expected);
    assert.equal(hub.requests.length, 1);
  }
});

// Not for ever: RetryTest of hub_test.
test('503 is tried again, and so is 429 when the hub says', async () => {
  const hub = await makeHub();
  let n_answers = 0;
  hub.behave.status = () => (n_answers++ < 2 ? 503 : 0);
  assertPulled(hub, await pull(hub));
  const busy = await makeHub();
  n_answers = 0;
  busy.behave.status = () => (n_answers++ < 1 ? 429 : 0);
  busy.behave.retryAfter = 2;
  const began = Date.now();
  const reply = await pull(busy);
  assertPulled(busy, reply);
  assert.match(reply.stderr, /429 .*; trying again in 2 s/);
  assert.ok(Date.now() - began >= 2000);
});

test('an index is followed to its shards, and nowhere else', async () => {
  const index = (shard) => Buffer.from(JSON.stringify({ weight_map: { w: shard } }));
  const { 'model.safetensors': _, ...small } = miniFiles;
  const shard = 'model-00001-of-00001.safetensors';
  const good = await makeHub({ ...small, 'model.safetensors.index.json': index(shard),
                               [shard]: weights });
  const reply = await pull(good);
  assert.equal(reply.status, 0, reply.stderr);
  assert.deepEqual(readFileSync(join(reply.stdout.trim(), shard)), weights);
  for (const name of ['../../../evil.safetensors', '/etc/x.safetensors', 'a/b.safetensors', '..']) {
    const evil = await makeHub({ ...small, 'model.safetensors.index.json': index(name),
                                 [name]: weights });
    const refused = await pull(evil);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /plain file/);
  }
});

test('a hash that is a path is no hash', async () => {
  const hub = await makeHub();
  hub.behave.list = (entry) => ({ ...entry, blobId: '../../../evil' });
  const reply = await pull(hub);
  assert.equal(reply.status, 1);
  assert.match(reply.stderr, /no hash for config.json/);
});
