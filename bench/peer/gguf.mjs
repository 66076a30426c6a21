// The header of a GGUF file, version 3, little-endian; the layout is at the top of
// src/inference/model/gguf.h.
import { formats } from './quantize.mjs';

const alignment = 32;

// What must follow n bytes for the next thing to be aligned.
export function paddingAfter(n) {
  return (alignment - (n % alignment)) % alignment;
}

function fixed(size, write) {
  const bytes = Buffer.alloc(size);
  write(bytes);
  return bytes;
}
const u32 = (value) => fixed(4, (bytes) => bytes.writeUInt32LE(value));
const u64 = (value) => fixed(8, (bytes) => bytes.writeBigUInt64LE(BigInt(value)));

function text(value) {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}

// Values of metadata: { type, bytes }, the type as the format numbers it.
const array = (elementType, elements) => ({
  type: 9, bytes: Buffer.concat([u32(elementType), u64(elements.length), ...elements]),
});
export const uint32 = (value) => ({ type: 4, bytes: u32(value) });
export const float32 = (value) => ({ type: 6, bytes: fixed(4, (b) => b.writeFloatLE(value)) });
export const bool = (value) => ({ type: 7, bytes: Buffer.from([value ? 1 : 0]) });
export const string = (value) => ({ type: 8, bytes: text(value) });
export const strings = (values) => array(8, values.map(text));
export const int32s = (values) =>
  array(5, values.map((value) => fixed(4, (bytes) => bytes.writeInt32LE(value))));

// Bytes of a tensor { shape, format }; the row comes last in `shape`.
export function tensorBytes({ shape, format }) {
  const { elements, bytes } = formats[format];
  return (shape.reduce((a, b) => a * b) / elements) * bytes;
}

// `metadata` is a list of [key, value], `tensors` a list of { name, shape, format } in the order of
// their data. Returns the header with its padding, and the size of the whole file.
export function makeHeader(metadata, tensors) {
  const parts = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(metadata.length)];
  for (const [key, { type, bytes }] of metadata) parts.push(text(key), u32(type), bytes);
  let offset = 0;
  for (const tensor of tensors) {
    const { name, shape, format } = tensor;
    parts.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64));
    parts.push(u32(formats[format].type), u64(offset));
    const bytes = tensorBytes(tensor);
    offset += bytes + paddingAfter(bytes);
  }
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const header = Buffer.concat([...parts, Buffer.alloc(paddingAfter(bytes))]);
  return { header, fileBytes: header.length + offset };
}
