// What is compared, and the targets: ratios to the peer, shares of the machine's limits (measured
// by `lemma bench` in the same run), seconds.

const streamTokens = 512;     // room of each stream: the shared prompt, and what a run adds
const depthContext = 32768;   // one context for both depths, so that filling it is paid once

const decode = (group, row, sequences, shared, contextTokens, targets) => ({
  group, row, peer: { kind: 'step', sequences, shared, contextTokens }, targets,
});
const both = (ratio) => ({ q8: { ratio }, q4: { ratio } });

// `row` is the name that `lemma bench --only` takes.
export const workloads = [
  { group: 'prompt', row: 'prompt of 512',
    peer: { kind: 'prompt', tokens: 512, contextTokens: 1024 },
    targets: { q8: { ratio: 5, share: 0.68 }, q4: { ratio: 2.6 } } },
  decode('decode', 'decode', 1, 0, 1024,
         { q8: { ratio: 1.5, share: 0.92 }, q4: { ratio: 1.6, share: 0.88 } }),
  decode('streams', '8 streams, 256 shared', 8, 256, streamTokens,
         { q8: { ratio: 3.5 }, q4: { ratio: 2.5 } }),
  decode('streams', '32 streams, 256 shared', 32, 256, streamTokens,
         { q8: { ratio: 5.5 }, q4: { ratio: 4 } }),
  decode('depth', 'decode after 16384', 1, 16384, depthContext, both(2)),
  decode('depth', 'decode after 32000', 1, 32000, depthContext, both(2)),
  { group: 'start', row: 'start to first token',
    targets: { q8: { seconds: 0.5 }, q4: { seconds: 0.5 } } },
  { group: 'accuracy', row: 'loss by rounding', targets: both(1) },
];

export const groups = [...new Set(workloads.map(({ group }) => group))];
export const defaultGroups = groups.filter((group) => !['depth', 'accuracy'].includes(group));

export const startPromptTokens = 100;

// The weights of each side.
export const weights = {
  q8: { format: 'Q8_0', ours: 'int8 in groups of 256' },
  q4: { format: 'Q4_0', ours: 'int4 in groups of 32, head int8' },
};

// How long a context the workload needs.
export function tokensNeeded({ peer }) {
  if (!peer) return 2 * startPromptTokens;
  return peer.kind === 'prompt' ? peer.tokens : peer.shared + 128;
}

export const whatIsMeasured = `\
What each side measures, alone on the machine, in turn:
  prompt    512 tokens and the logits after the last, one run a round: Lemma in batches of 256, the
            peer in one of 512.
  decode    a step of one given token for each stream, with its logits, without sampling; of 8 steps
            the best. Lemma: \`lemma bench --only ROW --rounds 1\`, a fresh process each round. The
            peer: llama_decode through node-llama-cpp's bindings, in one process that stays.
  streams   Lemma's streams share the pages of the prompt. The peer computes the prompt once and
            copies it to the other sequences: node-llama-cpp opens contexts without a unified KV
            cache, so that each sequence has its own.
  depth     the peer's context is filled once and kept; Lemma's is pages already in memory, of which
            the contents do not matter to the speed.
  start     from the start of a process to the first byte it prints, files in the page cache. Lemma:
            \`lemma ask --json --max-tokens 1\` on a packed file, with template, gateway, sampling.
            The peer: a Node.js program that loads the GGUF and takes one token, greedily;
            node-llama-cpp's own checks of its binaries are in it.
  accuracy  KL divergence of the next token's distribution from that of the model computed in float32,
            a mean over 2,048 tokens of the model's own words. Lemma's K and V are bf16 here.
Else K and V are int8 in Lemma, float16 in the peer, whose flash attention is as it chooses itself ("auto").`;
