// The command line of bench/compare.
import { availableParallelism, cpus } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { defaultGroups, groups } from './workloads.mjs';

export const sourceDirectory = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const shapes = ['vibethinker-1.5b', 'vibethinker-3b', 'lemma-mini'];
const cores = availableParallelism?.() ?? cpus().length;

export const help = `\
Usage: bench/compare [options]

Installs node-llama-cpp (llama.cpp, prebuilt for processors) from npm, measures it and Lemma in turn
on this machine with the same weights, and prints the ratios beside their targets.

  --work DIR        where packages and models go (build/compare): 8 GB for vibethinker-1.5b
  --shape SHAPE     random weights of this shape: ${shapes.join(', ')} (vibethinker-1.5b)
  --model DIR       this checkpoint instead, in the Hugging Face layout
  --weights W       q8, q4 or both (both)
  --rounds N        medians are of so many rounds (5)
  --threads N       threads of either side (one per core: ${cores})
  --only LIST       of ${groups.join(', ')} (all but depth and
                    accuracy, which take minutes)
  --json            one JSON object instead of the table
  --help            this text

Lemma is build/release/bin/lemma, or what the environment's LEMMA names.

Example:
  bench/compare --weights q8 --rounds 9 --only prompt,decode
`;

// An error of whoever typed the command.
export class UsageError extends Error {}

function count(name, text, high) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > high) {
    throw new UsageError(`--${name} ${text}: must be a number from 1 to ${high}`);
  }
  return value;
}

function choice(name, text, allowed) {
  if (!allowed.includes(text)) {
    const list = allowed.join(', ').replace(/, ([^,]*)$/, ' or $1');
    throw new UsageError(`--${name} ${text}: must be ${list}`);
  }
  return text;
}

function parse(args) {
  const text = (value) => ({ type: 'string', ...(value !== undefined && { default: value }) });
  const options = {
    work: text(`${sourceDirectory}/build/compare`), shape: text('vibethinker-1.5b'), model: text(),
    weights: text('both'), rounds: text('5'), threads: text(String(cores)),
    only: text(defaultGroups.join(',')), json: { type: 'boolean' }, help: { type: 'boolean' },
  };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}

// Throws UsageError.
export function readOptions(args) {
  const given = parse(args);
  const only = given.only.split(',').map((group) => choice('only', group, groups));
  choice('weights', given.weights, ['q8', 'q4', 'both']);
  return {
    work: resolve(given.work),
    shape: choice('shape', given.shape, shapes),
    model: given.model,
    weights: given.weights === 'both' ? ['q8', 'q4'] : [given.weights],
    rounds: count('rounds', given.rounds, 1000),
    threads: count('threads', given.threads, 1024),
    only,
    json: given.json ?? false,
    help: given.help ?? false,
    lemma: process.env.LEMMA || `${sourceDirectory}/build/release/bin/lemma`,
  };
}
