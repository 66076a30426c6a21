// A checkpoint of Qwen2's architecture, in the Hugging Face layout, to one GGUF file:
//
//   node bench/peer/convert.mjs DIR Q8_0|Q4_0 FILE
//
// Matrices are rounded as the format says, except the one that makes the logits, which is Q8_0 in
// both, as Lemma's q4 has it in int8: the two engines then read as many bytes. Norms and biases
// stay float32. The file appears whole or not at all, and stays where it is already there.
import {
  closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

import { makeHeader, paddingAfter, tensorBytes } from './gguf.mjs';
import { metadataOf } from './metadata.mjs';
import { formats } from './quantize.mjs';
import { openCheckpoint, readFloats } from './safetensors.mjs';

const chunkElements = 1 << 20;

const layerNames = {
  'input_layernorm.weight': 'attn_norm.weight',
  'self_attn.q_proj.weight': 'attn_q.weight',
  'self_attn.q_proj.bias': 'attn_q.bias',
  'self_attn.k_proj.weight': 'attn_k.weight',
  'self_attn.k_proj.bias': 'attn_k.bias',
  'self_attn.v_proj.weight': 'attn_v.weight',
  'self_attn.v_proj.bias': 'attn_v.bias',
  'self_attn.o_proj.weight': 'attn_output.weight',
  'post_attention_layernorm.weight': 'ffn_norm.weight',
  'mlp.gate_proj.weight': 'ffn_gate.weight',
  'mlp.up_proj.weight': 'ffn_up.weight',
  'mlp.down_proj.weight': 'ffn_down.weight',
};

// [Hugging Face's name, GGUF's], in the file's order.
function namesOf(config) {
  const names = [['model.embed_tokens.weight', 'token_embd.weight']];
  for (let i = 0; i < config.num_hidden_layers; ++i) {
    for (const [from, to] of Object.entries(layerNames)) {
      names.push([`model.layers.${i}.${from}`, `blk.${i}.${to}`]);
    }
  }
  names.push(['model.norm.weight', 'output_norm.weight']);
  if (!config.tie_word_embeddings) names.push(['lm_head.weight', 'output.weight']);
  return names;
}

function planTensors(checkpoint, format) {
  const head = checkpoint.config.tie_word_embeddings ? 'token_embd.weight' : 'output.weight';
  return namesOf(checkpoint.config).map(([from, name]) => {
    const source = checkpoint.tensors.get(from);
    if (!source) throw new Error(`the checkpoint has no tensor ${from}`);
    const { shape } = source;
    const ofMatrix = name === head ? 'Q8_0' : format;
    const tensor = { name, source, shape, format: shape.length === 2 ? ofMatrix : 'F32' };
    const { elements } = formats[tensor.format];
    if (shape.at(-1) % elements !== 0) {
      throw new Error(`${from}: its rows are not whole blocks of ${elements}`);
    }
    return tensor;
  });
}

// Whether the file is what would be written: the header names what it was made from.
function isThere(path, header, fileBytes) {
  if (!existsSync(path) || statSync(path).size !== fileBytes) return false;
  const fd = openSync(path, 'r');
  const found = Buffer.alloc(header.length);
  readSync(fd, found, 0, found.length, 0);
  closeSync(fd);
  return found.equals(header);
}

function writeTensor(fd, tensor, onElements) {
  const { encode, elements, bytes } = formats[tensor.format];
  const out = new Uint8Array((chunkElements / elements) * bytes);
  for (const values of readFloats(tensor.source, chunkElements)) {
    encode(values, values.length, out);
    writeSync(fd, out, 0, (values.length / elements) * bytes);
    onElements(values.length);
  }
  writeSync(fd, Buffer.alloc(paddingAfter(tensorBytes(tensor))));
}

// Returns whether the file had to be written. `onProgress` gets a share in [0, 1] now and then.
export function convert(directory, format, path, onProgress = () => {}) {
  const checkpoint = openCheckpoint(directory);
  const tensors = planTensors(checkpoint, format);
  const metadata = metadataOf(checkpoint, format, tensors[0].shape[0]);
  const { header, fileBytes } = makeHeader(metadata, tensors);
  if (isThere(path, header, fileBytes)) return false;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const fd = openSync(temporary, 'w');
  try {
    writeSync(fd, header);
    const total = tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
    let done = 0;
    for (const tensor of tensors) {
      writeTensor(fd, tensor, (n) => onProgress((done += n) / total));
    }
    if (fstatSync(fd).size !== fileBytes) throw new Error(`${path}: cannot write (disk full?)`);
    renameSync(temporary, path);
  } finally {
    closeSync(fd);
    rmSync(temporary, { force: true });
  }
  return true;
}

function main([directory, format, path]) {
  if (!path || !['Q8_0', 'Q4_0'].includes(format)) {
    console.error('usage: node bench/peer/convert.mjs DIR Q8_0|Q4_0 FILE');
    return 2;
  }
  try {
    console.log(`${path}: ${convert(directory, format, path) ? 'written' : 'already there'}`);
    return 0;
  } catch (error) {
    console.error(`convert: ${error.message}`);
    return 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = main(process.argv.slice(2));
}
