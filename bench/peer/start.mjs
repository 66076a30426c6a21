// The peer from nothing to its first token, through its public interface:
//
//   start.mjs FOLDER MODEL THREADS TOKENS
//
// Prints the token that follows a prompt of so many, chosen greedily, and ends at once.
import { writeSync } from 'node:fs';

import { loadPeer } from './load_peer.mjs';

const [folder, file, threads, tokens] = process.argv.slice(2);
const model = await loadPeer(folder, file, Number(threads));
const context = await model.createContext({ contextSize: 512, threads: Number(threads) });
const prompt = Array.from({ length: Number(tokens) }, (_, i) => i % 256);
const options = { temperature: 0, yieldEogToken: true };
const { value } = await context.getSequence().evaluate(prompt, options).next();
writeSync(1, `${value}\n`);
process.exit();
