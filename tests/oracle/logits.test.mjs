// Property: the engine's logits equal those of the independent libtorch network in train/, on the
// trained and on random checkpoints, for every instruction set this machine has.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

// Tokens below 2,000 in a fixed pseudo-random order, more than a page and not a multiple of it.
const tokens = Array.from({ length: 83 }, (_, i) => (i * i * 31 + 17 * i + 5) % 2000);
const models = {};
let vocab;

before(() => {
  models.trained = join(source, 'models/lemma-mini');
  models.random = join(directory, 'random');
  mustRun(lemma, ['make-checkpoint', '--shape', 'lemma-mini', '--seed', '5', '-o', models.random]);
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

for (const isa of ['scalar', 'avx2', 'avx512', 'avx512-bf16']) {
  for (const [mode, flags, limit] of [['bf16', [], 2e-2], ['float32', ['--float32'], 1e-4]]) {
    test(`${isa}, ${mode}: within ${limit} of the oracle`, (t) => {
      for (const [name, model] of Object.entries(models)) {
        const out = join(directory, 'ours');
        const args = ['logits', '--model', model, '--tokens', tokens.join(','), '--out', out, ...flags];
        const done = run(lemma, args, { LEMMA_ISA: isa });
        if (!done.ok && /does not have|lacks/.test(done.stderr)) {
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
