// What bench/compare stands on: the GGUF that it gives to the peer holds the checkpoint's weights
// and tokenizer, and wrong usage is said before anything is installed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { formats, toHalf } from '../../bench/peer/quantize.mjs';
import { summarise } from '../../bench/peer/report.mjs';

const { LEMMA_BINARY: lemma, LEMMA_SOURCE_DIR: source } = process.env;
const directory = mkdtempSync(join(tmpdir(), 'lemma-compare-'));
after(() => rmSync(directory, { recursive: true }));

const mini = join(source, 'models/lemma-mini');
const tokens = Array.from({ length: 40 }, (_, i) => (i * i * 31 + 17 * i + 5) % 2000);

function run(program, args, options = {}) {
  return spawnSync(program, args, { encoding: 'utf8', timeout: 60000, ...options });
}

function mustRun(program, args, options) {
  const done = run(program, args, options);
  assert.equal(done.status, 0, `${program} ${args.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

function convert(model, format, file) {
  return run(process.execPath, [join(source, 'bench/peer/convert.mjs'), model, format, file]);
}

function logitsOf(model) {
  const out = join(directory, 'logits');
  mustRun(lemma, ['logits', '--model', model, '--weights', 'float32', '--tokens', tokens.join(','),
                  '--out', out]);
  const bytes = readFileSync(out);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function relativeError(values, expected) {
  assert.equal(values.length, expected.length);
  let error = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; ++i) {
    error += (values[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(error / norm);
}

// A copy of lemma-mini with a head of its own: the embedding's tensor under a second name.
function writeUntied(to) {
  cpSync(mini, to, { recursive: true });
  const config = JSON.parse(readFileSync(join(to, 'config.json'), 'utf8'));
  writeFileSync(join(to, 'config.json'), JSON.stringify({ ...config, tie_word_embeddings: false }));
  const bytes = readFileSync(join(to, 'model.safetensors'));
  const dataBegin = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, dataBegin));
  const { dtype, shape, data_offsets: [begin, end] } = header['model.embed_tokens.weight'];
  const data = bytes.subarray(dataBegin);
  const headEnd = data.length + end - begin;
  header['lm_head.weight'] = { dtype, shape, data_offsets: [data.length, headEnd] };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const parts = [length, text, data, data.subarray(begin, end)];
  writeFileSync(join(to, 'model.safetensors'), Buffer.concat(parts));
}

for (const [format, limit] of [['Q8_0', 0.02], ['Q4_0', 0.25]]) {
  test(`${format}: logits within ${limit} of the checkpoint's, tied or not`, (t) => {
    const expected = logitsOf(mini);
    const untied = join(directory, `untied-${format}`);
    writeUntied(untied);
    for (const model of [mini, untied]) {
      const file = join(directory, `${format}.gguf`);
      assert.equal(convert(model, format, file).stdout, `${file}: written\n`);
      const error = relativeError(logitsOf(file), expected);
      t.diagnostic(`relative error ${error.toExponential(2)}`);
      assert.ok(error < limit, `relative error ${error}`);
    }
  });
}

test('the GGUF has the checkpoint\'s tokenizer', () => {
  const file = join(directory, 'tokenizer.gguf');
  assert.equal(convert(mini, 'Q8_0', file).status, 0);
  const input = 'Solve 3x + 5 = 20\n解方程 3x + 5 = 20\n<|im_start|>user<think>\n';
  const ids = (model) => mustRun(lemma, ['tokenize', '--model', model, '--json'], { input });
  assert.equal(ids(file), ids(mini));
});

test('a file stays while it is whole and the checkpoint is the same', () => {
  const model = join(directory, 'model');
  cpSync(mini, model, { recursive: true });
  const file = join(directory, 'again.gguf');
  const said = () => convert(model, 'Q4_0', file).stdout;
  assert.match(said(), /: written$/m);
  assert.match(said(), /: already there$/m);
  truncateSync(file, statSync(file).size - 1);
  assert.match(said(), /: written$/m);
  utimesSync(join(model, 'model.safetensors'), 1, 1);
  assert.match(said(), /: written$/m);
  assert.deepEqual(readdirSync(directory).filter((name) => name.endsWith('.tmp')), []);
});

test('a checkpoint that cannot be converted is named, and leaves nothing behind', () => {
  const model = join(directory, 'damaged');
  cpSync(mini, model, { recursive: true });
  truncateSync(join(model, 'model.safetensors'), 1 << 20);
  const file = join(directory, 'damaged.gguf');
  const done = convert(model, 'Q8_0', file);
  assert.equal(done.status, 1);
  assert.match(done.stderr, /model\.safetensors.*truncated/);
  assert.deepEqual(readdirSync(directory).filter((name) => name.startsWith('damaged.gguf')), []);
});

test('float16 is the nearest, ties to even; what it cannot hold is refused', () => {
  for (const [value, bits] of [
    [0, 0], [1, 0x3c00], [-2, 0xc000], [65504, 0x7bff], [2 ** -14, 0x0400], [2 ** -24, 0x0001],
    [1 + 2 ** -11, 0x3c00], [1 + 3 * 2 ** -11, 0x3c02], [1 - 2 ** -13, 0x3c00], [1e-9, 0],
  ]) {
    assert.equal(toHalf(value), bits, String(value));
  }
  for (const value of [65520, -1e6, Infinity, NaN]) assert.throws(() => toHalf(value), /float16/);
});

test('the largest of a block reaches the end of its range, zeros stay zeros', () => {
  const values = new Float32Array(64);
  values[3] = -127;
  values[20] = 63.4;
  const q8 = new Uint8Array(68);
  formats.Q8_0.encode(values, 64, q8);
  assert.deepEqual([...new Int8Array(q8.buffer, 2, 32)].filter((q) => q !== 0), [-127, 63]);
  assert.deepEqual([...q8.subarray(34)], new Array(34).fill(0));
  const q4 = new Uint8Array(36);
  formats.Q4_0.encode(values, 64, q4);
  assert.deepEqual([q4[2 + 3] & 15, q4[2 + 4] >> 4], [0, 12]);
  assert.ok(q4.subarray(20).every((byte) => byte === 0x88));
});

test('a row is its rounds\' median ratio, reached where every target is', () => {
  const speeds = { unit: 't/s', ours: [10, 30, 20], theirs: [5, 10, 4], shares: [0.7, 0.9, 0.8] };
  const reached = (target) => summarise({ ...speeds, target }).reached;
  assert.deepEqual(summarise({ ...speeds, target: {} }).median, {
    ours: 20, theirs: 5, ratio: 3, ratio_min: 2, ratio_max: 5, share: 0.8,
  });
  const targets = [{ ratio: 3, share: 0.8 }, { ratio: 3.1 }, { ratio: 3, share: 0.9 }];
  assert.deepEqual(targets.map(reached), [true, false, false]);
  const start = summarise({ unit: 's', ours: [0.4], theirs: [1.2], target: { seconds: 0.5 } });
  assert.ok(Math.abs(start.median.ratio - 3) < 1e-9 && start.reached);
});

test('bench/compare: wrong usage exits with 2 and names the option', () => {
  const compare = join(source, 'bench/compare');
  for (const [args, named] of [
    [['--rounds', '0'], '--rounds 0'], [['--threads', 'x'], '--threads x'], [['--prot'], '--prot'],
    [['--weights', 'q5'], '--weights q5'], [['--only', 'prompt,x'], '--only x'], [['x'], "'x'"],
    [['--shape', 'x'], '--shape x'],
  ]) {
    const done = run(compare, args);
    assert.equal(done.status, 2, args.join(' '));
    assert.ok(done.stderr.includes(named), done.stderr);
  }
  assert.match(mustRun(compare, ['--help']), /^Example:\n {2}bench\/compare /m);
  const env = { ...process.env, LEMMA: lemma };
  const missing = run(compare, ['--model', '/nonexistent'], { env });
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /--model \/nonexistent/);
});
