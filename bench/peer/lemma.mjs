// Lemma's side: the program, run as its users run it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

import { startPromptTokens } from './workloads.mjs';

// Standard output, or an error that quotes what the program said.
export function run(program, args, input) {
  const done = spawnSync(program, args, { encoding: 'utf8', input, maxBuffer: 64 << 20 });
  if (done.error) throw new Error(`${program} cannot be run: ${done.error.message}`);
  if (done.status === 0) return done.stdout;
  throw new Error(`${program} ${args.join(' ')} ended with ${done.signal ?? done.status}:\n` +
                  (done.stderr || done.stdout).trim());
}

export function makeCheckpoint(lemma, shape, tokenizer, directory) {
  run(lemma, ['make-checkpoint', '--shape', shape, '--tokenizer', tokenizer, '-o', directory]);
}

// Packs anew where one of `sources` is newer than the file.
export function pack(lemma, checkpoint, weights, file, sources) {
  const changed = (path) => statSync(path).mtimeMs;
  if (existsSync(file) && sources.every((source) => changed(source) < changed(file))) return false;
  run(lemma, ['pack', checkpoint, '--format', weights, '-o', file]);
  return true;
}

// One round of one row: { speed, share of the machine's limit, device }.
export function measureRow(lemma, { file, threads }, row) {
  const args = ['bench', '--model', file, '--threads', String(threads), '--only', row,
                '--rounds', '1', '--json'];
  const { device, rows: [{ tokens_s: speed, share }] } = JSON.parse(run(lemma, args));
  return { speed, share, device };
}

function askArguments({ file, threads }, words) {
  return ['ask', 'and '.repeat(words).trim(), '--system', 'Count.', '--model', file, '--threads',
          String(threads), '--temperature', '0', '--max-tokens', '1', '--json'];
}

// The arguments of `lemma ask` for a prompt of startPromptTokens, template included. Every word
// more is a token more; that the count came out right is checked.
export function startArguments(lemma, options) {
  const tokensOf = (words) =>
    JSON.parse(run(lemma, askArguments(options, words))).usage.prompt_tokens;
  let words = startPromptTokens / 2;
  words += startPromptTokens - tokensOf(words);
  const tokens = tokensOf(words);
  if (tokens !== startPromptTokens) {
    throw new Error(`a prompt of ${startPromptTokens} tokens cannot be made of "and": ${tokens}`);
  }
  return askArguments(options, words);
}

// Seconds from the start of a program to the first byte that it prints.
export function secondsToFirstByte(program, args) {
  return new Promise((resolve, reject) => {
    const begin = process.hrtime.bigint();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let seconds;
    let stderr = '';
    child.stdout.on('data', () => (seconds ??= Number(process.hrtime.bigint() - begin) / 1e9));
    child.stderr.on('data', (bytes) => (stderr += bytes));
    child.once('error', reject);
    child.once('close', (status, signal) => {
      if (status === 0 && seconds !== undefined) return resolve(seconds);
      return reject(new Error(`${program} ended with ${signal ?? status}:\n${stderr.trim()}`));
    });
  });
}
