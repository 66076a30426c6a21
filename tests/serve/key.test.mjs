// `lemma key` as its users meet it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const lemma = process.env.LEMMA_BINARY;
const root = mkdtempSync(join(tmpdir(), 'lemma-key-'));
after(() => rmSync(root, { recursive: true }));

let nDirectories = 0;
const newDirectory = () => join(root, `data ${(nDirectories += 1)}`);

function key(directory, ...args) {
  const env = { ...process.env, LEMMA_DATA_DIR: directory };
  return spawnSync(lemma, ['key', ...args], { encoding: 'utf8', timeout: 60000, env });
}

function keyJson(directory, ...args) {
  const result = key(directory, ...args, '--json');
  assert.equal(result.status, 0, result.stderr);
  return JSON.parse(result.stdout);
}

test('create prints the key alone on standard output, and no file holds it', () => {
  const directory = newDirectory();
  const made = key(directory, 'create', '--name', 'judge');
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stdout, /^lemma_[0-9A-Za-z]{44}\n$/);
  assert.match(made.stderr, /shown this once/);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  const secret = made.stdout.trim().slice(14);
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    assert.equal(statSync(path).mode & 0o777, 0o600, name);
    assert.equal(readFileSync(path).includes(secret.slice(0, 12)), false, name);
  }
  assert.equal(key(directory, 'list').stdout.includes(secret.slice(0, 12)), false);
});

test('create, list, rotate and revoke as JSON', () => {
  const directory = newDirectory();
  const made = keyJson(directory, 'create', '--name', '判题', '--rpm', '60', '--tpm', '100000',
    '--tpd', '5000000', '--concurrency', '4', '--expires', '90d', '--scope', 'inference',
    '--scope', 'metrics', '--profile', 'math', '--deadline', '60s', '--priority', '-3');
  const { key: text, ...rest } = made;
  assert.match(text, /^lemma_/);
  assert.equal(rest.rpm, 60);
  assert.equal(rest.deadline_ms, 60000);
  assert.deepEqual(rest.scopes, ['inference', 'metrics']);
  assert.equal(Math.round((Date.parse(rest.expires) - Date.now()) / 86400000), 90);
  assert.deepEqual(keyJson(directory, 'list'), [rest]);

  const rotated = keyJson(directory, 'rotate', '判题', '--grace', '1h');
  assert.equal(rotated.id, made.id);
  assert.notEqual(rotated.key, text);
  assert.notEqual(rotated.prefix, made.prefix);

  assert.equal(key(directory, 'revoke', made.id).status, 0);
  assert.equal(keyJson(directory, 'list')[0].state, 'revoked');
  const again = key(directory, 'rotate', made.id);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /revoked/);
});

test('wrong input names the option and makes nothing', () => {
  const directory = newDirectory();
  for (const [args, says, status] of [
    [['create'], '--name', 2],
    [['create', '--name', ''], '--name', 1],
    [['create', '--name', 'a', '--rpm', 'many'], '--rpm', 2],
    [['create', '--name', 'a', '--rpm', '-1'], '--rpm', 1],
    [['create', '--name', 'a', '--tpm', '99999999999999'], '--tpm', 1],
    [['create', '--name', 'a', '--concurrency', '-2'], '--concurrency', 1],
    [['create', '--name', 'a', '--expires', 'soon'], '--expires', 1],
    [['create', '--name', 'a', '--expires', '2001-01-01'], '--expires', 1],
    [['create', '--name', 'a', '--scope', 'root'], '--scope', 1],
    [['create', '--name', 'a', '--deadline', '60'], '--deadline', 1],
    [['list'], '--data-dir', 1],
    [['revoke', 'nobody'], '--data-dir', 1],
    [['rotate', 'nobody', '--grace', 'long'], '--grace', 1],
    [['revoke'], 'key', 2],
    [[], 'subcommand', 2],
  ]) {
    const result = key(directory, ...args);
    assert.equal(result.status, status, `${args}: ${result.stderr}`);
    assert.ok((result.stderr + result.stdout).includes(says), `${args}: ${result.stderr}`);
  }
  assert.throws(() => statSync(directory));
});

test('an unknown key, a full or unreadable place: said in one line', () => {
  const directory = newDirectory();
  keyJson(directory, 'create', '--name', 'a');
  assert.match(key(directory, 'revoke', 'b').stderr, /^lemma: no API key "b".*\n$/);
  keyJson(directory, 'create', '--name', 'a');
  assert.match(key(directory, 'revoke', 'a').stderr, /^lemma: several API keys.*\n$/);
  const file = join(root, 'file');
  writeFileSync(file, 'x');
  assert.match(key(file, 'create', '--name', 'a').stderr, /^lemma: .*file.*\n$/);
  rmSync(join(directory, 'key-secret'));
  assert.match(key(directory, 'list').stderr, /^lemma: .*key-secret: missing.*\n$/);
});

test('help has examples', () => {
  for (const args of [['--help'], ['create', '--help']]) {
    const help = key(root, ...args);
    assert.equal(help.status, 0);
    assert.match(help.stdout, /Examples:\n {2}lemma key create/);
  }
});
