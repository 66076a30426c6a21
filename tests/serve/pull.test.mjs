// `lemma pull` from a hub that behaves: what lies where, and what is found again.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, statSync, statfsSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { commit } from './hub_server.mjs';
import {
  assertPulled, directory, endPulls, makeHub, miniFiles, modelScope, partBytes, pull, start,
  weights,
} from './pulling.mjs';
import { eventually } from './server.mjs';

after(endPulls);

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
  for (const value of ['1', 'True', 'Yes', 'On']) {
    assertPulled(hub, await pull(hub, [], { HF_HUB_OFFLINE: value }));
  }
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

test('the token of ModelScope is the cookie of its own client, and errors name it', async () => {
  const hub = await makeHub();
  assertPulled(hub, await pull(hub, modelScope(hub), { MODELSCOPE_API_TOKEN: 'ms-secret' }));
  assert.ok(hub.requests.every(({ cookie }) => cookie === 'm_session_id=ms-secret'));
  for (const status of [401, 403]) {
    const closed = await makeHub();
    closed.behave.status = () => status;
    const reply = await pull(closed, modelScope(closed));
    assert.match(reply.stderr, /set MODELSCOPE_API_TOKEN/);
    assert.doesNotMatch(reply.stderr, /HF_TOKEN/);
  }
});

test('a commit of ModelScope is found again, though its list names none', async () => {
  const hub = await makeHub();
  const name = `own/mini@${'a1'.repeat(20)}`;
  const first = await start(hub, ['pull', name, ...modelScope(hub)]).done;
  const snapshot = assertPulled(hub, first);
  assert.equal((await start(hub, ['pull', name, '--offline']).done).stdout.trim(), snapshot);
});

test('what was pulled last is served, whichever hub it came from', async () => {
  const hub = await makeHub();
  const ofHuggingFace = assertPulled(hub, await pull(hub));
  const ofModelScope = assertPulled(hub, await pull(hub, modelScope(hub)));
  assert.notEqual(ofModelScope, ofHuggingFace);
  assert.equal((await pull(hub, ['--offline'])).stdout.trim(), ofModelScope);
  assertPulled(hub, await pull(hub));
  assert.equal((await pull(hub, ['--offline'])).stdout.trim(), ofHuggingFace);
});

test('offline without the model is a clear error', async () => {
  const reply = await pull(await makeHub(), ['--offline']);
  assert.equal(reply.status, 1);
  assert.match(reply.stderr, /is not in .* offline/);
  const homeless = await pull(await makeHub(), ['--offline'], { HF_HUB_CACHE: '' });
  assert.ok(homeless.stderr.includes(`${userInfo().homedir}/.cache/huggingface/hub`), homeless.stderr);
});

test('a blob that has been damaged since is fetched again', async () => {
  const hub = await makeHub();
  const snapshot = assertPulled(hub, await pull(hub));
  const damaged = Buffer.from(weights);
  damaged[1000] ^= 1;
  writeFileSync(join(snapshot, 'model.safetensors'), damaged);
  const reply = await pull(hub);
  assertPulled(hub, reply);
  assert.match(reply.stderr, /model.safetensors: what is here is damaged/);
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

test('on a terminal a line is never longer than the terminal is wide', async () => {
  const { 'model.safetensors': _, ...small } = miniFiles;
  const shard = 'model-of-a-long-name-00001-of-00001.safetensors';
  const hub = await makeHub({
    ...small,
    'model.safetensors.index.json': Buffer.from(JSON.stringify({ weight_map: { w: shard } })),
    [shard]: weights,
  });
  hub.behave.bytesPerTick = 60000;
  for (const columns of [80, 40]) {
    const cache = mkdtempSync(join(directory, 'cache-'));
    const pulls = `stty cols ${columns}; exec $0 pull own/mini --format none > /dev/null`;
    const wrapper = ['sh', '-c', `exec script -qec "${pulls}" /dev/null`];
    const { stdout } = await start({ ...hub, cache }, [], {}, wrapper).done;
    // A line that is drawn again begins with "\r\e[K".
    const drawn = stdout.split('\r\x1b[K').slice(1).map((line) => line.split('\r')[0]);
    const bars = drawn.filter((line) => line.includes(' of '));
    assert.ok(bars.length > 5, stdout);
    for (const bar of bars) assert.ok(bar.length < columns, bar);
    assert.ok(bars.some((bar) => /^[.]{3}.*ensors {2}\[#.*:\d\d left$/.test(bar)) || columns < 80);
  }
});

test('a path of wide characters is cut between them, to the terminal', async () => {
  const hub = await makeHub();
  const cache = mkdtempSync(join(directory, '模型缓存目录'.repeat(6)));
  const wrapper = ['sh', '-c', 'exec script -qec "stty cols 80; exec $0 pull own/mini" /dev/null'];
  const { stdout } = await start({ ...hub, cache }, [], {}, wrapper).done;
  const bars = stdout.split(/[\r\n]+/).filter((line) => /\[#* *\] +\d+%/.test(line));
  assert.ok(bars.some((bar) => bar.startsWith('...')), stdout);
  for (const bar of bars) {
    assert.doesNotMatch(bar, /\ufffd/);
    const columns = [...bar].reduce((sum, c) => sum + (c > '\u2000' ? 2 : 1), 0);
    assert.ok(columns < 80, bar);
  }
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
  for (const [bytes, args] of [[damaged, []], [damaged, ['--if-missing']], [stale, ['--if-missing']], [whole.subarray(0, 9999), ['--if-missing']]]) {
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
