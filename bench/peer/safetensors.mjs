// Reads a checkpoint in the Hugging Face layout: its JSON files, and its tensors as float32.
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

const elementBytes = { BF16: 2, F32: 4 };

function readAll(fd, bytes, position) {
  for (let done = 0; done < bytes.length;) {
    const n = readSync(fd, bytes, done, bytes.length - done, position + done);
    if (n === 0) throw new Error('ends too early (truncated?)');
    done += n;
  }
}

// One file: the header's length, the header as JSON, the data.
function readHeader(path) {
  const fd = openSync(path, 'r');
  try {
    const length = Buffer.alloc(8);
    readAll(fd, length, 0);
    const bytes = Number(length.readBigUInt64LE());
    if (bytes > 64 << 20) throw new Error('is not a safetensors file');
    const header = Buffer.alloc(bytes);
    readAll(fd, header, 8);
    return { entries: JSON.parse(header.toString()), dataBegin: 8 + bytes };
  } catch (error) {
    throw new Error(`${path}: ${error.message}`);
  } finally {
    closeSync(fd);
  }
}

function weightFiles(directory) {
  const index = join(directory, 'model.safetensors.index.json');
  if (!existsSync(index)) return ['model.safetensors'];
  return [...new Set(Object.values(JSON.parse(readFileSync(index, 'utf8')).weight_map))].sort();
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${error.message}`);
  }
}

// { config, tokenizer, tokenizerConfig, tensors: Map of name to { dtype, shape, path, begin },
//   stamp }; the stamp differs where the files do.
export function openCheckpoint(directory) {
  const json = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
  const [config, tokenizer, tokenizerConfig] = json.map((name) => readJson(join(directory, name)));
  const tensors = new Map();
  const files = weightFiles(directory);
  for (const file of files) {
    const path = join(directory, file);
    if (!existsSync(path)) throw new Error(`${path}: no such file`);
    const { entries, dataBegin } = readHeader(path);
    for (const [name, entry] of Object.entries(entries)) {
      if (name === '__metadata__') continue;
      const { dtype, shape, data_offsets: [begin] } = entry;
      if (!elementBytes[dtype]) {
        throw new Error(`${path}: ${name} is ${dtype}; BF16 and F32 are read`);
      }
      tensors.set(name, { dtype, shape, path, begin: dataBegin + begin });
    }
  }
  const stamp = [...json, ...files].map((name) => {
    const { size, mtimeMs } = statSync(join(directory, name));
    return `${name} ${size} ${Math.round(mtimeMs)}`;
  }).join(', ');
  return { config, tokenizer, tokenizerConfig, tensors, stamp };
}

// Yields all elements of a tensor in order, as Float32Arrays of at most `count` that are reused.
export function* readFloats({ dtype, shape, path, begin }, count) {
  const total = shape.reduce((a, b) => a * b);
  const raw = new Uint8Array(elementBytes[dtype] * Math.min(count, total));
  const halves = dtype === 'BF16' ? new Uint16Array(raw.buffer) : null;
  const floats = new Float32Array(halves ? new ArrayBuffer(2 * raw.length) : raw.buffer);
  const words = new Uint32Array(floats.buffer);
  const fd = openSync(path, 'r');
  try {
    for (let at = 0; at < total; at += floats.length) {
      const n = Math.min(floats.length, total - at);
      readAll(fd, raw.subarray(0, n * elementBytes[dtype]), begin + at * elementBytes[dtype]);
      // bfloat16 is the upper half of a float32.
      if (halves) for (let i = 0; i < n; ++i) words[i] = halves[i] << 16;
      yield floats.subarray(0, n);
    }
  } catch (error) {
    throw new Error(`${path}: ${error.message}`);
  } finally {
    closeSync(fd);
  }
}
