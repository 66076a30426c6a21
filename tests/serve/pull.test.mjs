// `lemma pull` against a hub that behaves, and against one that does not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync,
  statfsSync, writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { commit, startHub } from './hub_server.mjs';
import { eventually } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
const directory = mkdtempSync(join(tmpdir(), 'lemma-pull-'));
const hubs = [];
after(() => {
  for (const hub of hubs) hub.close();
  rmSync(directory, { recursive: true });
});

const source = join(process.env.LEMMA_SOURCE_DIR, 'models/lemma-mini');
const names = ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json',
               'model.safetensors'];
const miniFiles = Object.fromEntries(names.map((name) => [name, readFileSync(join(source, name))]));
const weights = miniFiles['model.safetensors'];

async function makeHub(files = miniFiles) {
  const hub = await startHub({ 'README.md': Buffer.from('not needed'), ...files });
  hubs.push(hub);
  const cache = mkdtempSync(join(directory, 'cache-'));
  return { ...hub, cache, repository: join(cache, 'models--own--mini') };
}

// Starts lemma; { process, done -> { status, stdout, stderr } }.
function start(hub, args, environment = {}, wrapper = []) {
  const [program, ...rest] = [...wrapper, lemma, ...args];
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HF_HUB_CACHE: hub.cache, HF_ENDPOINT: hub.url, ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes) => (stdout += bytes));
  child.stderr.on('data', (bytes) => (stderr += bytes));
  const done = new Promise((resolve) => {
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { process: child, done };
}
const pull = (hub, args = [], environment = {}, wrapper = []) =>
  start(hub, ['pull', 'own/mini', ...args], environment, wrapper).done;

function partBytes(hub) {
  const blobs = join(hub.repository, 'blobs');
  const part = existsSync(blobs) && readdirSync(blobs).find((name) => name.endsWith('.lemma-incomplete'));
  return part ? statSync(join(blobs, part)).size : 0;
}

function assertPulled(hub, reply) {
  assert.equal(reply.status, 0, reply.stderr);
  const snapshot = reply.stdout.trim();
  for (const name of names) assert.deepEqual(readFileSync(join(snapshot, name)), miniFiles[name]);
  assert.equal(partBytes(hub), 0);
  return snapshot;
}

test('a model is fetched into the layout of huggingface_hub, and only what is needed', async () => {
  const hub = await makeHub();
  const snapshot = assertPulled(hub, await pull(hub));
  assert.equal(snapshot, join(hub.repository, 'snapshots', commit));
  assert.equal(readFileSync(join(hub.repository, 'refs/main'), 'utf8'), commit);
  assert.ok(lstatSync(join(snapshot, 'config.json')).isSymbolicLink());
  assert.ok(!existsSync(join(snapshot, 'README.md')));

  const before = hub.requests.length;
  assertPulled(hub, await pull(hub));
  assert.equal(hub.requests.length, before + 1, 'a second pull asks for the commit alone');
  assertPulled(hub, await pull(hub, ['--if-missing']));
  assertPulled(hub, await pull(hub, ['--offline']));
  assertPulled(hub, await pull(hub, [], { HF_HUB_OFFLINE: '1' }));
  assert.equal(hub.requests.length, before + 1);
});

test('the token goes to the hub alone, and into no message', async () => {
  const hub = await makeHub();
  const reply = await pull(hub, [], { HF_TOKEN: 'hf_secret' });
  assertPulled(hub, reply);
  assert.doesNotMatch(reply.stdout + reply.stderr, /hf_secret/);
  const storage = new URL(hub.storageUrl).host;
  assert.ok(hub.requests.some((request) => request.host === storage));
  for (const { host, authorization } of hub.requests) {
    assert.equal(authorization, host === storage ? undefined : 'Bearer hf_secret');
  }
});

test('ModelScope is spoken too, without the token of Hugging Face', async () => {
  const hub = await makeHub();
  assertPulled(hub, await pull(hub, ['--hub', 'modelscope', '--endpoint', hub.url],
                               { HF_TOKEN: 'hf_secret' }));
  assert.ok(hub.requests.every(({ authorization }) => authorization === undefined));
  assert.ok(existsSync(join(hub.repository, 'refs/master')));
});

test('offline without the model is a clear error', async () => {
  const reply = await pull(await makeHub(), ['--offline']);
  assert.equal(reply.status, 1);
  assert.match(reply.stderr, /is not in .* offline/);
  const homeless = await pull(await makeHub(), ['--offline'], { HF_HUB_CACHE: '' });
  assert.ok(homeless.stderr.includes(`${userInfo().homedir}/.cache/huggingface/hub`), homeless.stderr);
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

test('a pull that is stopped or killed goes on from what is here', async () => {
  for (const signal of ['SIGINT', 'SIGKILL']) {
    const hub = await makeHub();
    hub.behave.bytesPerTick = 20000;
    const first = start(hub, ['pull', 'own/mini']);
    await eventually(() => partBytes(hub) > 500000, 'a part of the weights');
    first.process.kill(signal);
    await first.done;
    const bytes = partBytes(hub);
    assert.ok(bytes > 500000 && bytes < weights.length);
    hub.behave.bytesPerTick = 0;
    assertPulled(hub, await pull(hub));
    assert.ok(hub.requests.some(({ range }) => range === `bytes=${bytes}-`));
  }
});

test('the part that another program is fetching is left alone', async () => {
  const hub = await makeHub();
  const hash = createHash('sha256').update(weights).digest('hex');
  const theirs = join(hub.repository, 'blobs', `${hash}.incomplete`);
  mkdirSync(join(hub.repository, 'blobs'), { recursive: true });
  writeFileSync(theirs, weights.subarray(0, 1000));
  assertPulled(hub, await pull(hub));
  assert.deepEqual(readFileSync(theirs), weights.subarray(0, 1000));
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

test('the disk must have room for the packed file too, before anything is fetched', async () => {
  const hub = await makeHub();
  const { bavail, bsize } = statfsSync(hub.cache);
  const size = Math.floor(bavail * bsize * 0.8);
  hub.behave.list = (entry) =>
    entry.rfilename === 'model.safetensors' ? { ...entry, size, lfs: { ...entry.lfs, size } }
                                            : entry;
  const reply = await pull(hub);
  assert.equal(reply.status, 1);
  assert.match(reply.stderr, /MiB are needed, \d+ of them for the packed file.*--format none/s);
  assert.ok(hub.requests.every(({ path }) => path !== '/model.safetensors'));
});

test('401, 403, 404 and 429 say what to do, at once', async () => {
  const words = { 401: /HF_TOKEN/, 403: /HF_TOKEN/, 404: /name and revision/, 429: /in 7 s/ };
  for (const [status, expected] of Object.entries(words)) {
    const hub = await makeHub();
    hub.behave.status = () => Number(status);
    const reply = await pull(hub);
    assert.equal(reply.status, 1);
    assert.match(reply.stderr, expected);
    assert.equal(hub.requests.length, 1);
  }
});

test('503 is tried again, and not for ever', async () => {
  const hub = await makeHub();
  let n_answers = 0;
  hub.behave.status = () => (n_answers++ < 2 ? 503 : 0);
  assertPulled(hub, await pull(hub));
  const down = await makeHub();
  down.behave.status = () => 503;
  const reply = await pull(down);
  assert.equal(reply.status, 1);
  assert.match(reply.stderr, /503 \(after 5 tries\)/);
  assert.equal(down.requests.length, 5);
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

test('names that are no names are refused before anything is asked', async () => {
  const hub = await makeHub();
  for (const name of ['mini', '../x/y', 'a/..', 'a/b@../c', 'a/b@', 'a/b/c', '.a/b', 'a/b?x=1']) {
    const reply = await start(hub, ['pull', '--', name]).done;
    assert.equal(reply.status, 1, name);
    assert.match(reply.stderr, /names no model/);
  }
  assert.equal(hub.requests.length, 0);
});

test('a full disk is said, and the part stays', async () => {
  const hub = await makeHub();
  const reply = await pull(hub, [], {}, ['sh', '-c', 'ulimit -f 1024; exec "$0" "$@"']);
  assert.equal(reply.status, 1);
  assert.match(reply.stderr, /the disk is full/);
  assert.ok(partBytes(hub) > 0);
  assertPulled(hub, await pull(hub));
});

test('of two pulls at once one waits for the other', async () => {
  const hub = await makeHub();
  hub.behave.bytesPerTick = 50000;
  const replies = await Promise.all([pull(hub), pull(hub)]);
  for (const reply of replies) assertPulled(hub, reply);
  assert.ok(replies.some(({ stderr }) => /waiting for it/.test(stderr)));
  const n_weights = hub.requests.filter(({ path }) => path === '/model.safetensors').length;
  assert.equal(n_weights, 1);
});

test('what was pulled answers under its name; what was not says how to get it', async () => {
  const hub = await makeHub();
  const ask = ['ask', 'What is 12 * 34?', '--model', 'own/mini'];
  const missing = await start(hub, ask).done;
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /lemma pull own\/mini/);
  assertPulled(hub, await pull(hub));
  const reply = await start(hub, ask).done;
  assert.equal(reply.status, 0, reply.stderr);
  assert.match(reply.stdout, /408/);
});

test('what is pulled is packed; a file that is stale or damaged is written anew', async () => {
  const hub = await makeHub();
  const packed = (format) => join(hub.repository, 'lemma', `${commit}-${format}.lemma`);
  const first = await pull(hub);
  assertPulled(hub, first);
  assert.match(first.stderr, /packed as q8/);
  const whole = readFileSync(packed('q8'));
  const kept = statSync(packed('q8')).ino;
  assert.doesNotMatch((await pull(hub, ['--if-missing'])).stderr, /packed/);
  assert.equal(statSync(packed('q8')).ino, kept);

  const damaged = Buffer.from(whole);
  damaged[damaged.length - 1] ^= 1;
  const stale = Buffer.from(whole);
  stale[8] = 1; // its version
  for (const [bytes, args] of [[damaged, []], [stale, ['--if-missing']], [whole.subarray(0, 9999), ['--if-missing']]]) {
    writeFileSync(packed('q8'), bytes);
    assert.match((await pull(hub, args)).stderr, /packed as q8/);
    assert.deepEqual(readFileSync(packed('q8')), whole);
  }

  // Where it cannot be read, the model answers as it is stored.
  writeFileSync(packed('q8'), stale);
  const ask = (...args) => start(hub, ['ask', 'What is 12 * 34?', '--model', 'own/mini', ...args]).done;
  const reply = await ask();
  assert.match(reply.stdout, /408/);
  assert.match(reply.stderr, /lemma pull own\/mini packs it again/);

  assert.match((await pull(hub, ['--format', 'q4'])).stderr, /packed as q4/);
  assert.ok(statSync(packed('q4')).size < whole.length);
  assert.match((await ask('--weights', 'q4')).stdout, /\d/);
});

test('what is not to be packed or cannot be is served as it is stored', async () => {
  const hub = await makeHub();
  assertPulled(hub, await pull(hub, ['--format', 'none']));
  assert.ok(!existsSync(join(hub.repository, 'lemma')));
  writeFileSync(join(hub.repository, 'lemma'), 'in the way');
  const reply = await pull(hub);
  assertPulled(hub, reply);
  assert.match(reply.stderr, /not packed, it is served as it is stored: .*lemma/);
});
