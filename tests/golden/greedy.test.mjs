// The built-in model's greedy tokens and their logprobs in bf16 and in q8, each guarded by a file:
// whatever changes them must be meant. And on every instruction set of this machine the same tokens,
// their logprobs within a stated tolerance.
//
//   LEMMA_UPDATE_GOLDEN=1 LEMMA_BINARY=build/release/bin/lemma node --test \
//     --test-name-pattern='golden file' tests/golden/greedy.test.mjs    writes the files anew
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';

import { killServers, startServer } from '../serve/server.mjs';

after(killServers);

const goldenFiles = {
  bf16: new URL('greedy.json', import.meta.url),  // as it is stored
  q8: new URL('greedy_q8.json', import.meta.url),  // as ./run serves the large ones
};
const instructionSets = ['scalar', 'avx2', 'avx2-vnni', 'avx512', 'avx512-vnni', 'avx512-bf16',
                         'amx'];
// Of a token's logprob, in nats, by format of the weights. bf16: activations are rounded to it only
// where the instruction for it wants them so.
const tolerance = { float32: 1e-5, bf16: 5e-3, q8: 1e-2, q4: 1e-2 };

// The golden files' are rounded to four digits; compilers and mathematical libraries may round
// otherwise, which turns a rounded activation here and there. From q8 to bf16 it is 5e-3.
const goldenTolerance = 1e-3;

const prompts = [
  'Solve 3x + 5 = 20',
  '把 36 分解质因数.',
  'What is 12% of 350?',
  'Given an array of integers nums and an integer target, return the indices of the two numbers ' +
    'such that they add up to target.',
];

// [{ token, logprob }] of the beginning of each prompt's greedy reply, which has room to end: nothing
// closes its thinking.
async function greedyReplies(server) {
  const replies = [];
  for (const prompt of prompts) {
    const reply = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        messages: [{ role: 'user', content: prompt }],
        temperature: 0,
        max_tokens: 500,
        logprobs: true,
      }),
    });
    assert.equal(reply.status, 200, await reply.clone().text());
    const { choices } = await reply.json();
    const tokens = choices[0].logprobs.content.slice(0, 60);
    replies.push(tokens.map(({ token, logprob }) => ({ token, logprob })));
  }
  return replies;
}

// Undefined where this machine lacks the instruction set.
async function repliesOf(weights, isa) {
  let server;
  try {
    server = await startServer(['--weights', weights, '--threads', '2'], { LEMMA_ISA: isa });
  } catch (error) {
    assert.match(String(error), /this processor has no/);
    return undefined;
  }
  const replies = await greedyReplies(server);
  assert.equal(await server.stop(), 0);
  return replies;
}

// Of the logprobs of replies from others [reply][token], in nats.
function largestDifference(replies, logprobs) {
  return Math.max(...replies.flatMap((reply, i) =>
    reply.map(({ logprob }, j) => Math.abs(logprob - logprobs[i][j]))));
}

const tokensOf = (replies) => replies.map((reply) => reply.map(({ token }) => token).join('|'));

for (const [weights, file] of Object.entries(goldenFiles)) {
  test(`greedy tokens of ${weights} are those of the golden file`, async (t) => {
    const replies = await repliesOf(weights, 'scalar');  // the others agree with it: see below
    if (process.env.LEMMA_UPDATE_GOLDEN) {
      const golden = prompts.map((prompt, i) => ({
        prompt,
        tokens: replies[i].map(({ token }) => token),
        logprobs: replies[i].map(({ logprob }) => Number(logprob.toFixed(4))),
      }));
      writeFileSync(file, JSON.stringify(golden, null, 1) + '\n');
    }
    const golden = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual(tokensOf(replies), golden.map(({ tokens }) => tokens.join('|')));
    const difference = largestDifference(replies, golden.map(({ logprobs }) => logprobs));
    t.diagnostic(`logprobs differ by ${difference.toExponential(1)} at most`);
    assert.ok(difference <= goldenTolerance, `${difference}`);
  });
}

for (const weights of Object.keys(tolerance)) {
  test(`instruction sets agree within the tolerance of ${weights}`, async (t) => {
    const reference = await repliesOf(weights, 'scalar');
    for (const isa of instructionSets.slice(1)) {
      const replies = await repliesOf(weights, isa);
      if (replies === undefined) {
        t.diagnostic(`this machine has no ${isa}`);
        continue;
      }
      assert.deepEqual(tokensOf(replies), tokensOf(reference), isa);
      const largest = largestDifference(
        replies, reference.map((reply) => reply.map(({ logprob }) => logprob)));
      t.diagnostic(`${isa}: logprobs differ by ${largest.toExponential(1)} at most`);
      assert.ok(largest <= tolerance[weights], `${isa}: ${largest}`);
    }
  });
}
