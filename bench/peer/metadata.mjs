// What a GGUF says of a Qwen2 beside its tensors: shape and tokenizer, by the names that llama.cpp
// reads (docs/gguf.md).
import { bool, float32, int32s, string, strings, uint32 } from './gguf.mjs';

const fileTypes = { Q4_0: 2, Q8_0: 7 };  // general.file_type
const tokenTypes = { normal: 1, control: 3, userDefined: 4, unused: 5 };

function shapeOf(config) {
  const headDim = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  return [
    ['qwen2.block_count', uint32(config.num_hidden_layers)],
    ['qwen2.context_length', uint32(config.max_position_embeddings)],
    ['qwen2.embedding_length', uint32(config.hidden_size)],
    ['qwen2.feed_forward_length', uint32(config.intermediate_size)],
    ['qwen2.attention.head_count', uint32(config.num_attention_heads)],
    ['qwen2.attention.head_count_kv', uint32(config.num_key_value_heads)],
    ['qwen2.attention.key_length', uint32(headDim)],
    ['qwen2.attention.value_length', uint32(headDim)],
    ['qwen2.attention.layer_norm_rms_epsilon', float32(config.rms_norm_eps)],
    ['qwen2.rope.freq_base', float32(config.rope_theta ?? 10000)],
  ];
}

// Rows of the embedding beyond the tokenizer's are padding of the matrix: unused tokens.
function tokensOf(tokenizer, count) {
  const texts = Array.from({ length: count }, (_, id) => `[PAD${id}]`);
  const types = new Array(count).fill(tokenTypes.unused);
  const put = (id, text, type) => {
    if (id >= count) throw new Error(`tokenizer.json: token ${id} has no row in the embedding`);
    texts[id] = text;
    types[id] = type;
  };
  for (const [text, id] of Object.entries(tokenizer.model.vocab)) put(id, text, tokenTypes.normal);
  for (const { id, content, special } of tokenizer.added_tokens) {
    put(id, content, special ? tokenTypes.control : tokenTypes.userDefined);
  }
  return { texts, types };
}

// The id of a token that tokenizer_config.json names, as text or as an object.
function namedToken(tokenizerConfig, name, texts) {
  const token = tokenizerConfig[name];
  const id = texts.indexOf(token?.content ?? token);
  return id < 0 ? undefined : id;
}

function tokenizerMetadata({ tokenizer, tokenizerConfig }, count) {
  if (tokenizer.model?.type !== 'BPE') throw new Error('tokenizer.json: only BPE is read');
  const { texts, types } = tokensOf(tokenizer, count);
  const merges = tokenizer.model.merges.map((merge) =>
    Array.isArray(merge) ? merge.join(' ') : merge);
  const metadata = [
    ['tokenizer.ggml.model', string('gpt2')],
    ['tokenizer.ggml.pre', string('qwen2')],
    ['tokenizer.ggml.tokens', strings(texts)],
    ['tokenizer.ggml.token_type', int32s(types)],
    ['tokenizer.ggml.merges', strings(merges)],
    ['tokenizer.ggml.add_bos_token', bool(false)],
  ];
  for (const [key, name] of Object.entries({ bos: 'bos', eos: 'eos', padding: 'pad' })) {
    const id = namedToken(tokenizerConfig, `${name}_token`, texts);
    if (id !== undefined) metadata.push([`tokenizer.ggml.${key}_token_id`, uint32(id)]);
  }
  const { chat_template: template } = tokenizerConfig;
  if (typeof template === 'string') metadata.push(['tokenizer.chat_template', string(template)]);
  return metadata;
}

// A list of [key, value]. `format` is most matrices', `vocabSize` the embedding's rows.
export function metadataOf(checkpoint, format, vocabSize) {
  const { config, stamp } = checkpoint;
  if (config.model_type !== 'qwen2') throw new Error('config.json: model_type must be qwen2');
  return [
    ['general.architecture', string('qwen2')],
    ['general.file_type', uint32(fileTypes[format])],
    ['general.quantization_version', uint32(2)],
    ['lemma.made_from', string(stamp)],  // a file made from other weights has another header
    ...shapeOf(config),
    ...tokenizerMetadata(checkpoint, vocabSize),
  ];
}
