// `lemma pull` for a test: a hub with lemma-mini in it, a cache, the program.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startHub } from './hub_server.mjs';

const lemma = process.env.LEMMA_BINARY;
export const directory = mkdtempSync(join(tmpdir(), 'lemma-pull-'));
const hubs = [];

// For a file's last `after`.
export function endPulls() {
  for (const hub of hubs) hub.close();
  rmSync(directory, { recursive: true });
}

const source = join(process.env.LEMMA_SOURCE_DIR, 'models/lemma-mini');
const names = ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json',
               'model.safetensors'];
export const miniFiles = Object.fromEntries(
    names.map((name) => [name, readFileSync(join(source, name))]));
export const weights = miniFiles['model.safetensors'];

export async function makeHub(files = miniFiles, tls) {
  const hub = await startHub({ 'README.md': Buffer.from('not needed'), ...files }, tls);
  hubs.push(hub);
  const cache = mkdtempSync(join(directory, 'cache-'));
  return { ...hub, cache, repository: join(cache, 'models--own--mini') };
}

// Starts lemma; { process, done -> { status, stdout, stderr } }.
export function start(hub, args, environment = {}, wrapper = []) {
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
export const pull = (hub, args = [], environment = {}, wrapper = []) =>
  start(hub, ['pull', 'own/mini', ...args], environment, wrapper).done;

export function partBytes(hub) {
  const blobs = join(hub.repository, 'blobs');
  const part = existsSync(blobs) && readdirSync(blobs).find((name) => name.endsWith('.lemma-incomplete'));
  return part ? statSync(join(blobs, part)).size : 0;
}

export function assertPulled(hub, reply) {
  assert.equal(reply.status, 0, reply.stderr);
  const snapshot = reply.stdout.trim();
  for (const name of names) assert.deepEqual(readFileSync(join(snapshot, name)), miniFiles[name]);
  assert.equal(partBytes(hub), 0);
  return snapshot;
}

export const modelScope = (hub) => ['--hub', 'modelscope', '--endpoint', hub.url];
