// What rounding costs: how far the distribution of each next token is from that of the model as it is stored.
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { run } from './lemma.mjs';

const nSequences = 16;
const nTokens = 128;  // of each
const peerProgram = fileURLToPath(new URL('logits.mjs', import.meta.url));

// Of little-endian float32.
function readFloats(file) {
  const { buffer, byteOffset, length } = readFileSync(file);
  return new Float32Array(buffer, byteOffset, length / 4);
}

// What the model says itself, as token ids. Lines would be texts of their own.
function ownWords(lemma, model) {
  const texts = Array.from({ length: nSequences }, (_, i) => {
    const problem = [`What is ${7 * i + 13} * ${3 * i + 5}?`, `How many primes are below ${i + 20}?`,
                     `Solve ${i % 7 + 2}x + ${i + 3} = ${5 * i + 40}.`][i % 3];
    const said = JSON.parse(run(lemma, ['ask', problem, '--model', model, '--json', '--temperature', '1', '--seed',
                                        String(i), '--max-tokens', String(nTokens)]));
    const { reasoning_content: thinking, content } = said.choices[0].message;
    return `${problem} ${thinking ?? ''} ${content ?? ''}`.replace(/\s+/g, ' ');
  });
  const lines = run(lemma, ['tokenize', '--model', model, '--json'], `${texts.join('\n')}\n`).trim().split('\n');
  return lines.map((line) => JSON.parse(line).slice(0, nTokens));
}

const peak = (logits) => logits.reduce((best, logit, i) => (logit > logits[best] ? i : best), 0);

function logSum(logits) {
  const max = logits[peak(logits)];
  return max + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - max), 0));
}

// KL divergence in nats of the distribution of `other` from that of `exact`.
function divergence(exact, other) {
  const [exactSum, otherSum] = [logSum(exact), logSum(other)];
  return exact.reduce((sum, logit, i) => {
    const log = logit - exactSum;
    return sum + Math.exp(log) * (log - (other[i] - otherSum));
  }, 0);
}

// Means over all tokens, in thousandths of a nat. `files`: { gguf, packed }; `report` is given the share done.
export function measureLoss({ lemma, threads, work }, files, peer, checkpoint, report) {
  const out = { exact: `${work}/exact.f32`, ours: `${work}/ours.f32`, theirs: `${work}/theirs.f32` };
  const n = ['--threads', String(threads)];
  const sums = { ours: 0, theirs: 0 };
  const sequences = ownWords(lemma, files.packed);
  for (const [i, tokens] of sequences.entries()) {
    const ids = tokens.join(',');
    run(lemma, ['logits', '--model', checkpoint, '--weights', 'float32', '--kv', 'float32', ...n, '--tokens', ids, '--out', out.exact]);
    run(lemma, ['logits', '--model', files.packed, '--kv', 'bf16', ...n, '--tokens', ids, '--out', out.ours]);
    run(process.execPath, [peerProgram, peer.folder, files.gguf, String(threads), ids, out.theirs]);
    const exact = readFloats(out.exact);
    const vocab = exact.length / tokens.length;
    for (const side of ['ours', 'theirs']) {
      const logits = readFloats(out[side]);
      if (logits.length !== exact.length) throw new Error(`${out[side]}: ${logits.length} logits, not ${exact.length}`);
      for (let at = 0; at < exact.length; at += vocab) {
        sums[side] += divergence(exact.subarray(at, at + vocab), logits.subarray(at, at + vocab));
      }
    }
    report((i + 1) / sequences.length);
  }
  for (const file of Object.values(out)) rmSync(file);
  const nAll = sequences.reduce((sum, { length }) => sum + length, 0);
  return { unit: 'mnat', ours: [1000 * sums.ours / nAll], theirs: [1000 * sums.theirs / nAll] };
}
