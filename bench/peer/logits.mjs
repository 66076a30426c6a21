// The peer's logits after each token:
//
//   logits.mjs FOLDER MODEL THREADS TOKENS OUT
//
// TOKENS: ids, as 1,2,3. OUT: little-endian float32 [n_tokens, vocab].
import { closeSync, openSync, writeSync } from 'node:fs';

import { loadPeer } from './load_peer.mjs';

const [folder, file, threads, tokens, out] = process.argv.slice(2);
const model = await loadPeer(folder, file, Number(threads));
const options = { temperature: 1, topK: 0, topP: 1, minP: 0 };  // none is left out
const context = await model.createContext({ contextSize: 512, threads: Number(threads) });
const sequence = context.getSequence();
const descriptor = openSync(out, 'w');
for (const token of tokens.split(',').map(Number)) {
  const [{ next }] = await sequence.controlledEvaluate([[token, { generateNext: { logits: true, options } }]]);
  const logits = new Float32Array(next.logits.size);
  for (const [id, logit] of next.logits) logits[id] = logit;
  writeSync(descriptor, logits);
}
closeSync(descriptor);
process.exit();
