// The built-in model's greedy tokens, guarded by a file: whatever changes them must be meant. And on
// every instruction set of this machine the same tokens, their logprobs within a stated tolerance.
//
//   LEMMA_UPDATE_GOLDEN=1 node --test tests/golden/greedy.test.mjs    writes the file anew
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';

import { killServers, startServer } from '../serve/server.mjs';

after(killServers);

const goldenFile = new URL('greedy.json', import.meta.url);
const instructionSets = ['scalar', 'avx2', 'avx2-vnni', 'avx512', 'avx512-vnni', 'avx512-bf16',
                         'amx'];
// Of a token's logprob, in nats, by format of the weights. bf16: activations are rounded to it only
// where the instruction for it wants them so.
const tolerance = { float32: 1e-5, bf16: 5e-3, q8: 1e-2, q4: 1e-2 };

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

const tokensOf = (replies) => replies.map((reply) => reply.map(({ token }) => token).join('|'));

test('greedy tokens are those of the golden file, on every instruction set', async () => {
  const best = await repliesOf('bf16', '');
  if (process.env.LEMMA_UPDATE_GOLDEN) {
    const golden = prompts.map((prompt, i) => ({ prompt, tokens: best[i].map((t) => t.token) }));
    writeFileSync(goldenFile, JSON.stringify(golden, null, 1) + '\n');
  }
  const golden = JSON.parse(readFileSync(goldenFile, 'utf8'));
  assert.deepEqual(tokensOf(best), golden.map(({ tokens }) => tokens.join('|')));
});

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
      let largest = 0;
      replies.forEach((reply, i) => reply.forEach(({ logprob }, j) => {
        largest = Math.max(largest, Math.abs(logprob - reference[i][j].logprob));
      }));
      t.diagnostic(`${isa}: logprobs differ by ${largest.toExponential(1)} at most`);
      assert.ok(largest <= tolerance[weights], `${isa}: ${largest}`);
    }
  });
}
