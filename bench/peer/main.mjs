// bench/compare: Lemma and node-llama-cpp in turn, as ratios.
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join, resolve } from 'node:path';

import { measureLoss } from './accuracy.mjs';
import { convert } from './convert.mjs';
import { installPeer } from './install.mjs';
import { makeCheckpoint, measureRow, pack, secondsToFirstByte, startArguments } from './lemma.mjs';
import { UsageError, help, readOptions } from './options.mjs';
import { startPeer, startProgram } from './peer.mjs';
import { summarise, table } from './report.mjs';
import { startPromptTokens, tokensNeeded, weights as formats, workloads } from './workloads.mjs';

// A line on standard error that the next one replaces, where that is a terminal.
function progress(text, isLast = false) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}${isLast ? '\n' : ''}`);
  else if (isLast) process.stderr.write(`${text}\n`);
}
const percent = (share) => `${Math.floor(100 * share)} %`;

// What can be known to fail before anything is installed.
function check({ lemma, model }) {
  try {
    accessSync(lemma, constants.X_OK);
  } catch {
    throw new Error(`${lemma}: no such program. Build it (cmake --preset release && ` +
                    'cmake --build --preset release --target lemma) or name it in LEMMA');
  }
  if (model !== undefined && !existsSync(join(model, 'config.json'))) {
    throw new Error(`--model ${model}: has no config.json`);
  }
}

function findCheckpoint({ model, shape, work, lemma }, peer) {
  if (model !== undefined) return resolve(model);
  const directory = join(work, shape);
  if (!existsSync(directory)) {
    progress(`making ${directory}`, true);
    // A random lemma-mini has fewer tokens than Qwen's tokenizer.
    makeCheckpoint(lemma, shape, shape === 'lemma-mini' ? shape : peer.tokenizer, directory);
  }
  return directory;
}

// The same weights as each side likes them best.
function prepare({ work, lemma }, checkpoint, weights) {
  const { format } = formats[weights];
  const stem = join(work, basename(checkpoint));
  const files = { gguf: `${stem}-${format}.gguf`, packed: `${stem}-${weights}.lemma` };
  const what = `writing ${files.gguf}`;
  const report = (share) => progress(`${what}: ${percent(share)}`);
  if (convert(checkpoint, format, files.gguf, report)) progress(`${what}: done`, true);
  // The GGUF is written again when the weights change, the program when its format may have.
  const sources = [files.gguf, lemma];
  if (pack(lemma, checkpoint, weights, files.packed, sources)) {
    progress(`writing ${files.packed}: done`, true);
  }
  return files;
}

// Both sides of every round, alternately the one and the other first.
async function runRounds(name, rounds, ours, theirs) {
  const results = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; ++round) {
    progress(`${name}: round ${round + 1} of ${rounds}`);
    const sides = [async () => results.ours.push(await ours()),
                   async () => results.theirs.push(await theirs())];
    if (round % 2 === 1) sides.reverse();
    for (const side of sides) await side();
  }
  progress(`${name}: done`, true);
  return results;
}

async function measureStart({ lemma, threads, rounds }, files, peer, name) {
  const args = startArguments(lemma, { file: files.packed, threads });
  const [node, program] = startProgram;
  const theirs = [program, peer.folder, files.gguf, String(threads), String(startPromptTokens)];
  await secondsToFirstByte(node, theirs);  // brings its file into the page cache, as ours was
  const results = await runRounds(name, rounds, () => secondsToFirstByte(lemma, args),
                                  () => secondsToFirstByte(node, theirs));
  return { unit: 's', ...results };
}

async function measureSpeed({ lemma, threads, rounds }, files, engine, workload, name) {
  const filling = (share) => progress(`${name}: the peer fills its context: ${percent(share)}`);
  const { ours, theirs } = await runRounds(
    name, rounds, () => measureRow(lemma, { file: files.packed, threads }, workload.row),
    () => engine.measure(workload.peer, filling));
  return {
    unit: 't/s',
    theirs,
    ours: ours.map(({ speed }) => speed),
    shares: ours.map(({ share }) => share),
    device: ours[0].device,
  };
}

async function measureWeights(options, peer, checkpoint, weights, wanted) {
  const files = prepare(options, checkpoint, weights);
  const { threads } = options;
  let engine;
  const rows = [];
  try {
    for (const workload of wanted) {
      const { group, row, targets } = workload;
      const name = `${weights}, ${row}`;
      let measured;
      if (workload.peer) {
        engine ??= await startPeer(peer.folder, files.gguf, threads);
        measured = await measureSpeed(options, files, engine, workload, name);
      } else {
        engine = await engine?.stop();  // a start shares the machine with nothing
        const report = (share) => progress(`${name}: ${percent(share)}`, share === 1);
        measured = group === 'start' ? await measureStart(options, files, peer, name)
                                     : measureLoss(options, files, peer, checkpoint, report);
      }
      rows.push(summarise({ weights, row, target: targets[weights], ...measured }));
    }
  } finally {
    await engine?.stop();
  }
  return rows;
}

async function compare(options) {
  check(options);
  mkdirSync(options.work, { recursive: true });
  const peer = installPeer(join(options.work, 'npm'));
  const checkpoint = findCheckpoint(options, peer);
  const config = JSON.parse(readFileSync(join(checkpoint, 'config.json'), 'utf8'));
  const asked = workloads.filter(({ group }) => options.only.includes(group));
  const fits = (workload) => tokensNeeded(workload) <= config.max_position_embeddings;
  const rows = [];
  for (const weights of options.weights) {
    rows.push(...await measureWeights(options, peer, checkpoint, weights, asked.filter(fits)));
  }
  const sides = options.weights.map((weights) => formats[weights]);
  return {
    machine: cpus()[0].model,
    threads: options.threads,
    rounds: options.rounds,
    model: checkpoint,
    lemma: `${rows.find(({ device }) => device)?.device ?? options.lemma}: ` +
           sides.map(({ ours }) => ours).join('; '),
    peer: `${peer.name}: ${sides.map(({ format }) => format).join(', ')}, head Q8_0`,
    rows,
    skipped: asked.filter((workload) => !fits(workload)).map(({ row }) => row),
  };
}

async function main(args) {
  try {
    const options = readOptions(args);
    if (options.help) return void process.stdout.write(help);
    const results = await compare(options);
    console.log(options.json ? JSON.stringify(results, null, 1) : table(results));
  } catch (error) {
    console.error(`bench/compare: ${error.message}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
    if (error instanceof UsageError) console.error('Try: bench/compare --help');
  }
}

await main(process.argv.slice(2));
