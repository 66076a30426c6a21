// float32 to the blocks of GGUF that the comparison uses; src/inference/model/gguf_blocks.h has
// their layout.
// Plain loops over typed arrays: 1.5 billion weights take seconds, not minutes.

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

// The nearest float16, as its bits. Throws where there is none.
export function toHalf(value) {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude < 0x38800000) return sign | Math.round(Math.abs(value) * 2 ** 24);
  if (magnitude >= 0x477ff000) throw new Error(`${value} is beyond what float16 holds`);
  const toEven = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + toEven) >>> 13);
}

function putHalf(out, at, value) {
  const half = toHalf(value);
  out[at] = half;
  out[at + 1] = half >>> 8;
}

// d[2] q[32], the largest of 32 values at 127.
function encodeQ8_0(values, count, out) {
  for (let i = 0, at = 0; i < count; i += 32, at += 34) {
    let largest = 0;
    for (let k = i; k < i + 32; ++k) largest = Math.max(largest, Math.abs(values[k]));
    putHalf(out, at, largest / 127);
    const scale = largest > 0 ? 127 / largest : 0;
    // Adding 128.5 makes truncation round to the nearest.
    for (let k = 0; k < 32; ++k) out[at + 2 + k] = ((values[i + k] * scale + 128.5) | 0) - 128;
  }
}

// d[2] q[16], the value of largest magnitude at -8; element k in a low half, k + 16 in a high one.
function encodeQ4_0(values, count, out) {
  for (let i = 0, at = 0; i < count; i += 32, at += 18) {
    let largest = 0;
    for (let k = i; k < i + 32; ++k) {
      if (Math.abs(values[k]) > Math.abs(largest)) largest = values[k];
    }
    putHalf(out, at, largest / -8);
    const scale = largest === 0 ? 0 : -8 / largest;
    for (let k = 0; k < 16; ++k) {
      const low = (values[i + k] * scale + 8.5) | 0;
      const high = (values[i + k + 16] * scale + 8.5) | 0;
      out[at + 2 + k] = (low > 15 ? 15 : low) | ((high > 15 ? 15 : high) << 4);
    }
  }
}

function encodeF32(values, count, out) {
  out.set(new Uint8Array(values.buffer, values.byteOffset, 4 * count));
}

// type: GGML's number.
export const formats = {
  F32: { type: 0, elements: 1, bytes: 4, encode: encodeF32 },
  Q4_0: { type: 2, elements: 32, bytes: 18, encode: encodeQ4_0 },
  Q8_0: { type: 8, elements: 32, bytes: 34, encode: encodeQ8_0 },
};
