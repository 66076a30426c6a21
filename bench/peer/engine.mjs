// A process that holds the peer's engine and measures what it is asked to, one message at a time.
// Started by peer.mjs:
//
//   engine.mjs FOLDER MODEL THREADS
//
// It calls the bindings below node-llama-cpp's own queue (its llama_decode, awaited) with tokens
// that are given, so that neither JavaScript nor sampling is in the figures; `lemma bench` is as
// bare.
import { loadPeer } from './load_peer.mjs';

const batchTokens = 512;  // llama.cpp's own default, also of its micro-batches here
const steps = 8;          // of which the best counts, as in `lemma bench`

class Engine {
  constructor(model, threads) {
    this.model = model;
    this.threads = threads;
    this.shape = '';
  }

  // A context of so many sequences; the last one is kept, and with it what has been computed.
  async open(sequences, tokensEach) {
    const shape = `${sequences} x ${tokensEach}`;
    if (shape === this.shape) return;
    await this.context?.dispose();
    this.context = await this.model.createContext({
      sequences, contextSize: tokensEach, batchSize: batchTokens, threads: this.threads,
      failedCreationRemedy: false, ignoreMemorySafetyChecks: true,
    });
    this.bindings = this.context._ctx;
    for (const name of ['initBatch', 'addToBatch', 'decodeBatch', 'removeTokenCellsFromSequence',
                        'copySequenceStateFromOtherSequence']) {
      if (!this.bindings?.[name]) throw new Error(`this node-llama-cpp has no ${name}`);
    }
    this.shape = shape;
    this.filled = 0;  // tokens of sequence 0
    this.copies = 1;  // sequences that hold them
    await this.decode([[0, 0, 64]]);  // touches the weights
    this.trim(0, 0);
  }

  // Computes [sequence, position, tokens] each, with logits after its last; returns the seconds.
  async decode(pieces) {
    this.bindings.initBatch(pieces.reduce((sum, [, , count]) => sum + count, 0));
    for (const [sequence, position, count] of pieces) {
      const tokens = Uint32Array.from({ length: count }, (_, i) => (position + i) % 256);
      this.bindings.addToBatch(sequence, position, tokens, Uint32Array.of(count - 1));
    }
    const begin = process.hrtime.bigint();
    await this.bindings.decodeBatch();
    return Number(process.hrtime.bigint() - begin) / 1e9;
  }

  trim(sequence, tokens) {
    this.bindings.removeTokenCellsFromSequence(sequence, tokens, -1);
  }

  async prompt({ tokens, contextTokens }) {
    await this.open(1, contextTokens);
    this.filled = 0;
    this.trim(0, 0);
    let seconds = 0;
    for (let at = 0; at < tokens; at += batchTokens) {
      seconds += await this.decode([[0, at, Math.min(batchTokens, tokens - at)]]);
    }
    this.trim(0, 0);
    return tokens / seconds;
  }

  // Sequence 0 holds `tokens` afterwards; what it has is kept. The others get a copy of it.
  async fill(sequences, tokens) {
    const isKept = this.filled === tokens && this.copies === sequences;
    if (this.filled > tokens) this.trim(0, this.filled = tokens);
    while (this.filled < tokens) {
      const count = Math.min(batchTokens, tokens - this.filled);
      await this.decode([[0, this.filled, count]]);
      this.filled += count;
      if (tokens > 2 * batchTokens) process.send({ progress: this.filled / tokens });
    }
    for (let s = 1; s < sequences && !isKept; ++s) {
      await this.bindings.copySequenceStateFromOtherSequence(s, 0);
    }
    this.copies = sequences;
  }

  async step({ sequences, shared, contextTokens }) {
    await this.open(sequences, contextTokens);
    await this.fill(sequences, shared);
    let best = Infinity;
    const all = Array.from({ length: sequences }, (_, s) => s);
    for (let i = 0; i < steps; ++i) {
      best = Math.min(best, await this.decode(all.map((s) => [s, shared + i, 1])));
    }
    for (const s of all) this.trim(s, shared);
    return sequences / best;
  }
}

const [folder, file, threads] = process.argv.slice(2);
const model = await loadPeer(folder, file, Number(threads));
const engine = new Engine(model, Number(threads));
process.send({ ready: true });
process.on('message', async ({ kind, ...work }) => {
  try {
    const speed = kind === 'prompt' ? await engine.prompt(work) : await engine.step(work);
    process.send({ speed });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on('disconnect', () => process.exit());
