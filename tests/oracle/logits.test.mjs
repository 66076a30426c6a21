// Property: the engine's logits equal those of the independent libtorch network in train/, on the
// trained and on random checkpoints, with a tied head and with one of its own, for every
// instruction set this machine has.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const { LEMMA_BINARY: lemma, LEMMA_TRAIN_BINARY: lemmaTrain, LEMMA_SOURCE_DIR: source } = process.env;
const directory = mkdtempSync(join(tmpdir(), 'lemma-oracle-'));
after(() => rmSync(directory, { recursive: true }));

function run(program, args, environment = {}) {
  const done = spawnSync(program, args, { env: { ...process.env, ...environment }, encoding: 'utf8' });
  return { ...done, ok: done.status === 0 };
}

function mustRun(program, args, environment) {
  const done = run(program, args, environment);
  assert.ok(done.ok, `${program} ${args.join(' ')}: ${done.stderr}`);
}

function readFloats(file) {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

// A copy of the checkpoint `from` with what the other models do not vary: another RoPE base and
// epsilon, and a head of its own (the rows of the embedding, last first).
function writeUntied(from, to) {
  cpSync(from, to, { recursive: true });
  const configFile = join(to, 'config.json');
  const config = JSON.parse(readFileSync(configFile, 'utf8'));
  Object.assign(config, { tie_word_embeddings: false, rope_theta: 1e6, rms_norm_eps: 1e-3 });
  writeFileSync(configFile, JSON.stringify(config));

  // A safetensors file: the header's length, the header, all tensors back to back.
  const weightsFile = join(to, 'model.safetensors');
  const bytes = readFileSync(weightsFile);
  const dataBegin = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, dataBegin));
  const data = bytes.subarray(dataBegin);
  const { dtype, shape, data_offsets: [begin, end] } = header['model.embed_tokens.weight'];
  const rowBytes = (end - begin) / shape[0];
  const head = [];
  for (let at = end - rowBytes; at >= begin; at -= rowBytes) {
    head.push(data.subarray(at, at + rowBytes));
  }
  const headEnd = data.length + end - begin;
  header['lm_head.weight'] = { dtype, shape, data_offsets: [data.length, headEnd] };
  const headerText = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerText.length));
  writeFileSync(weightsFile, Buffer.concat([length, headerText, data, ...head]));
}

// Tokens below 2,000 in a fixed pseudo-random order, more than a page and not a multiple of it.
const tokens = Array.from({ length: 83 }, (_, i) => (i * i * 31 + 17 * i + 5) % 2000);
const models = {};
let vocab;

before(() => {
  models.trained = join(source, 'models/lemma-mini');
  models.random = join(directory, 'random');
  mustRun(lemma, ['make-checkpoint', '--shape', 'lemma-mini', '--seed', '5', '-o', models.random]);
  models.untied = join(directory, 'untied');
  writeUntied(models.random, models.untied);
  for (const [name, model] of Object.entries(models)) {
    mustRun(lemmaTrain, ['logits', '--model', model, '--tokens', tokens.join(','), '--dtype', 'f32',
                         '--out', join(directory, `${name}.oracle`)]);
  }
});

// The relative error of all logits, and whether the top token agrees wherever it must.
function compare(ours, oracle) {
  assert.equal(ours.length, oracle.length);
  vocab = oracle.length / tokens.length;
  let error = 0;
  let norm = 0;
  for (let i = 0; i < oracle.length; ++i) {
    error += (ours[i] - oracle[i]) ** 2;
    norm += oracle[i] ** 2;
  }
  for (let row = 0; row < tokens.length; ++row) {
    const a = ours.subarray(row * vocab, (row + 1) * vocab);
    const b = oracle.subarray(row * vocab, (row + 1) * vocab);
    let worst = 0;
    let [best, second] = [0, -1];
    for (let i = 0; i < vocab; ++i) {
      worst = Math.max(worst, Math.abs(a[i] - b[i]));
      if (b[i] > b[best]) [best, second] = [i, best];
      else if (i !== best && (second < 0 || b[i] > b[second])) second = i;
    }
    if (b[best] - b[second] > 2 * worst) {
      assert.equal(a.indexOf(Math.max(...a)), best, `row ${row}: another top token`);
    }
  }
  return Math.sqrt(error / norm);
}

for (const isa of ['scalar', 'avx2', 'avx2-vnni', 'avx512', 'avx512-vnni', 'avx512-bf16', 'amx']) {
  for (const [mode, limit] of [['q4', 0.4], ['q8', 5e-2], ['bf16', 2e-2], ['float32', 1e-4]]) {
    test(`${isa}, ${mode}: within ${limit} of the oracle`, (t) => {
      for (const [name, model] of Object.entries(models)) {
        const out = join(directory, 'ours');
        const args = ['logits', '--model', model, '--weights', mode, '--tokens', tokens.join(','),
                      '--out', out];
        const done = run(lemma, args, { LEMMA_ISA: isa });
        if (!done.ok && /this processor has no/.test(done.stderr)) {
          t.diagnostic(`this processor lacks ${isa}`);
          return;
        }
        assert.ok(done.ok, done.stderr);
        const relative = compare(readFloats(out), readFloats(join(directory, `${name}.oracle`)));
        t.diagnostic(`${name}: relative error ${relative.toExponential(2)}`);
        assert.ok(relative < limit, `${name}: relative error ${relative}`);
      }
    });
  }
}
