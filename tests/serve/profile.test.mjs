// `lemma profile` as its users meet it, and a server that follows.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { eventually, killServers, startServer } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
const root = mkdtempSync(join(tmpdir(), 'lemma-profile-'));
after(() => rmSync(root, { recursive: true }));
after(killServers);

let nDirectories = 0;
const newDirectory = () => join(root, `data ${(nDirectories += 1)}`);

function profile(directory, ...args) {
  const env = { ...process.env, LEMMA_DATA_DIR: directory };
  return spawnSync(lemma, ['profile', ...args], { encoding: 'utf8', timeout: 60000, env });
}

function done(result) {
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
}

const list = (directory) => JSON.parse(done(profile(directory, 'list', '--json')));
const production = (directory, name) =>
  list(directory).find((entry) => entry.name === name).labels.production;

test('the ten shipped profiles are there without a database, and none is made', () => {
  const directory = newDirectory();
  assert.deepEqual(list(directory).map(({ name }) => name), [
    'algorithm', 'debug-hint', 'dynamic-programming', 'explain-error', 'induction', 'interviewer',
    'math', 'math-proof', 'test-generator', 'video-script']);
  assert.match(done(profile(directory, 'list')), /^math +version 1; production 1 /m);
  assert.match(done(profile(directory, 'show', 'math')), /You are a careful mathematician/);
  assert.equal(existsSync(directory), false);
});

test('render shows what the model gets, and counts its tokens', async () => {
  const directory = newDirectory();
  const escaped = done(profile(directory, 'render', 'math', '--prompt', 'Is 1 &lt; 2?', '--json'));
  assert.equal(JSON.parse(escaped).user, 'Is 1 < 2?'); // as a judge's database is read in a chat
  const args = ['render', 'debug-hint', '--prompt', 'print(1', '--set', 'verdict=CE'];
  const rendered = JSON.parse(done(profile(directory, ...args, '--json')));
  assert.equal(rendered.user, 'print(1\n\nThe judge says: CE');
  assert.ok(rendered.prompt.includes(`<|im_start|>user\n${rendered.user}<|im_end|>`));
  assert.ok(rendered.prompt.endsWith('<|im_start|>assistant\n'));
  const text = profile(directory, ...args);
  assert.equal(done(text), `${rendered.prompt}\n`);
  assert.match(text.stderr, new RegExp(`${rendered.tokens} tokens of lemma-mini`));
  // The worker's own template and tokenizer say the same.
  const server = await startServer(['--data-dir', directory]);
  const post = async (path, body) =>
    (await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) })).json();
  const chat = await post('/v1/chat/completions', {
    messages: [{ role: 'user', content: 'print(1' }], profile: 'debug-hint',
    variables: { verdict: 'CE' }, max_tokens: 1,
  });
  assert.equal(chat.usage.prompt_tokens, rendered.tokens);
  const template = await post('/apply-template', {
    messages: [{ role: 'system', content: rendered.system },
      { role: 'user', content: rendered.user }],
  });
  assert.equal(template.prompt, rendered.prompt);
  assert.equal(await server.stop(), 0);
});

test('export, import, promote, A/B and rollback, followed by a server that runs', async () => {
  const directory = newDirectory();
  const server = await startServer(['--data-dir', directory]);
  const promptTokens = async () => {
    const reply = await fetch(`${server.url}/generate`, {
      method: 'POST', body: JSON.stringify({ prompt: '1 + 1?', max_tokens: 1 }),
    });
    return (await reply.json()).usage.prompt_tokens;
  };
  const before = await promptTokens();
  const file = join(root, 'math.toml');
  done(profile(directory, 'export', 'math', '-o', file));
  writeFileSync(file, readFileSync(file, 'utf8').replace('You are', 'You are, as always,'));
  assert.equal(done(profile(directory, 'import', file)), 'math@2\n');
  assert.equal(done(profile(directory, 'import', file)), 'math@2\n');
  assert.deepEqual(production(directory, 'math'), [{ version: 1, weight: 1 }]);
  assert.equal(await promptTokens(), before);
  assert.match(done(profile(directory, 'export', 'math@2')), /You are, as always,/);

  done(profile(directory, 'promote', 'math', '2'));
  await eventually(async () => (await promptTokens()) > before, 'the server does not follow');
  done(profile(directory, 'promote', 'math', '1:90', '2:10'));
  assert.deepEqual(production(directory, 'math'),
    [{ version: 1, weight: 90 }, { version: 2, weight: 10 }]);
  assert.match(profile(directory, 'rollback', 'math').stderr, /math: production 2\n/);
  done(profile(directory, 'rollback', 'math'));
  await eventually(async () => (await promptTokens()) === before, 'the server does not go back');
  const nowhere = profile(directory, 'rollback', 'math');
  assert.equal(nowhere.status, 1);
  assert.match(nowhere.stderr, /nowhere to go back to/);
  assert.equal(await server.stop(), 0);
});

test('a profile of one\'s own', () => {
  const directory = newDirectory();
  const file = join(root, 'own.toml');
  writeFileSync(file, 'name = "own"\n[system]\nen = "Answer {{style}}."\n[variables]\nstyle = "briefly"\n');
  assert.equal(done(profile(directory, 'import', file)), 'own@1\n');
  assert.match(profile(directory, 'render', 'own').stderr, /not in production yet/);
  done(profile(directory, 'promote', 'own', '1', '--label', 'staging'));
  const rendered = done(profile(directory, 'render', 'own@staging', '--set', 'style=at length'));
  assert.match(rendered, /Answer at length\./);
});

test('wrong input is said in one line, with its place', () => {
  const directory = newDirectory();
  const file = join(root, 'wrong.toml');
  writeFileSync(file, 'name = "own"\n[system]\nen = "{{who}}"\n');
  for (const [args, says] of [
    [['import', file], /wrong\.toml: line 3: system\.en: line 1: no variable "who"/],
    [['import', join(root, 'none.toml')], /none\.toml/],
    [['show', 'poet'], /no profile "poet"; there are: algorithm/],
    [['render', 'math', '--set', 'x=1'], /variables\.x: .*no such variable/],
    [['render', 'math', '--set', 'x'], /name=value/],
    [['promote', 'math', '7'], /no version 7/],
    [['promote', 'math', 'x'], /"x"/],
    [['promote', 'math', '1', '--label', '7'], /--label/],
    [['promote', 'math', '1:0'], /weight/],
    [['rollback', 'own'], /own/],
  ]) {
    const result = profile(directory, ...args);
    assert.equal(result.status, 1, `${args}: ${result.stderr}`);
    assert.match(result.stderr, says);
    assert.match(result.stderr, /^lemma: .*\n$/);
  }
  assert.equal(profile(directory, 'promote', 'math').status, 2);
  assert.equal(profile(directory).status, 2);
});
