// ./run's own way, from its arguments to a server: with the real program, but with nothing installed
// and nothing built, which stand-ins for tools/install-packages and cmake see to.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { startHub } from './hub_server.mjs';
import { endPulls, miniFiles } from './pulling.mjs';

const directory = mkdtempSync(join(tmpdir(), 'lemma-run-'));
const source = process.env.LEMMA_SOURCE_DIR;
const children = new Set();
const hubs = [];
after(endPulls);
after(() => {
  for (const hub of hubs) hub.close();
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

function program(path, text) {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}
for (const folder of ['tools', 'build/release/bin', 'bin', 'models']) {
  mkdirSync(join(directory, folder), { recursive: true });
}
copyFileSync(join(source, 'run'), join(directory, 'run'));
symlinkSync(process.env.LEMMA_BINARY, join(directory, 'build/release/bin/lemma'));
program(join(directory, 'tools/install-packages'), '#!/bin/sh\n');
program(join(directory, 'bin/cmake'), '#!/bin/sh\n');

async function makeHub() {
  const hub = await startHub(miniFiles);
  hubs.push(hub);
  return { ...hub, cache: mkdtempSync(join(directory, 'cache-')) };
}

// All that ./run says; a server is stopped as soon as it serves. { status, stdout, stderr, address }
function run(hub, args) {
  const child = spawn(join(directory, 'run'), ['--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${join(directory, 'bin')}:${process.env.PATH}`,
           XDG_DATA_HOME: join(directory, 'data'), HF_HUB_CACHE: hub.cache, HF_ENDPOINT: hub.url },
  });
  children.add(child);
  let stdout = '';
  let stderr = '';
  let address;
  child.stdout.on('data', (bytes) => {
    stdout += bytes;
    const found = /^\s*address\s+(http:\S+)/m.exec(stdout);
    if (found && !address) child.kill('SIGTERM');
    address = found?.[1];
  });
  child.stderr.on('data', (bytes) => (stderr += bytes));
  return new Promise((resolve) => {
    child.once('close', (status) => {
      children.delete(child);
      resolve({ status, stdout, stderr, address });
    });
  });
}

test('a name is fetched, packed and served, and said so step by step; once', async () => {
  const hub = await makeHub();
  const first = await run(hub, ['--model', 'own/mini']);
  assert.ok(first.address, first.stdout + first.stderr);
  assert.match(first.stdout, /1\/4 packages.*2\/4 build.*3\/4 this machine.*the model own\/mini.*4\/4 serve/s);
  assert.match(first.stderr, /packed as q8/);
  const n_requests = hub.requests.length;
  for (const args of [['--model=own/mini'], ['-m', 'own/mini'], ['-mown/mini']]) {
    const again = await run(hub, args);
    assert.ok(again.address, again.stdout + again.stderr);
    assert.match(again.stdout, /the model own\/mini/);
    assert.doesNotMatch(again.stderr, /packed as/);
  }
  assert.equal(hub.requests.length, n_requests);
});

test('a packed file that was damaged is packed again', async () => {
  const hub = await makeHub();
  assert.ok((await run(hub, ['--model', 'own/mini'])).address);
  const folder = join(hub.cache, 'models--own--mini/lemma');
  const packed = join(folder, readdirSync(folder)[0]);
  const whole = readFileSync(packed);
  const damaged = Buffer.from(whole);
  damaged[damaged.length - 1] ^= 1;
  writeFileSync(packed, damaged);
  const again = await run(hub, ['--model', 'own/mini']);
  assert.ok(again.address, again.stdout + again.stderr);
  assert.match(again.stderr, /packed as q8/);
  assert.deepEqual(readFileSync(packed), whole);
});

test('a model that cannot be fetched is said with what serves without it', async () => {
  const hub = await makeHub();
  hub.behave.status = () => 404;
  const reply = await run(hub, ['--model', 'own/mini']);
  assert.equal(reply.status, 1);
  assert.match(reply.stderr, /answers 404.*check the model's name/);
  assert.match(reply.stderr, /own\/mini could not be fetched.*\.\/run alone serves the built-in one/);
  assert.doesNotMatch(reply.stdout, /4\/4/);
});

test('a path without a file is told as such, and no hub is asked', async () => {
  const hub = await makeHub();
  for (const path of ['models/foo.gguf', 'models/foo.lemma', './foo', '../foo', '/nonexistent/foo']) {
    const reply = await run(hub, ['--model', path]);
    assert.equal(reply.status, 1);
    assert.ok(reply.stderr.includes(`--model ${path}: there is no such file`), reply.stderr);
    assert.doesNotMatch(reply.stderr, /could not be fetched/);
  }
  assert.equal(hub.requests.length, 0);
});
