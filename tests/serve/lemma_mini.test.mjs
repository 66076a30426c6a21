// What a new user asks of the built-in model: the answers must be right, greedily and as sampled by
// default.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';

import { killServers, startServer } from './server.mjs';

after(killServers);

const seedChinese =
  '给定一个整数数组 nums 和一个目标值 target, 请你在该数组中找出和为目标值的两个整数,并返回它们的索引。';
const seedEnglish =
  'Given an array of integers nums and an integer target, return the indices of the two numbers ' +
  'such that they add up to target.';

async function ask(url, prompt, fields) {
  const body = JSON.stringify({ prompt, ...fields });
  const reply = await fetch(`${url}/generate`, { method: 'POST', body });
  assert.equal(reply.status, 200);
  return (await reply.json()).text;
}

// Runs the program that a reply ends with on arrays whose only pair is known.
function assertFindsIndices(text) {
  const [, program] = /```python\n([\s\S]*?)```/.exec(text) ?? assert.fail(`no program:\n${text}`);
  const [, name] = /def (\w+)\(/.exec(program);
  const cases = [[[2, 7, 11, 15], 9, [0, 1]], [[3, 3], 6, [0, 1]], [[3, 2, 4], 6, [1, 2]],
                 [[-4, 0, 9, 4], 0, [0, 3]]];
  const calls = cases.map(([nums, target]) => `sorted(${name}(${JSON.stringify(nums)}, ${target}))`);
  const run = spawnSync('python3', ['-I', '-c', `${program}\nprint([${calls.join(', ')}])`],
                        { encoding: 'utf8', timeout: 20000 });
  assert.deepEqual(JSON.parse(run.stdout || '0'), cases.map(([, , pair]) => pair), text + run.stderr);
}

test('two sum returns indices, in both languages, whatever the seed', async () => {
  const server = await startServer();
  for (const prompt of [seedChinese, seedEnglish]) {
    assertFindsIndices(await ask(server.url, prompt, { temperature: 0 }));
    for (const seed of [1, 2, 3]) assertFindsIndices(await ask(server.url, prompt, { seed }));
  }
  assert.equal(await server.stop(), 0);
});

test('mathematics comes step by step and right, in both languages', async () => {
  const server = await startServer();
  for (const [prompt, answer] of [
    ['Solve 3x + 5 = 20', '5'],
    ['解方程 3x + 5 = 20', '5'],
    ['What is 47 * 36?', '1692'],
    ['What is the greatest common divisor of 84 and 60?', '12'],
    ['计算 345 + 278 - 96', '527'],
    ['What is the derivative of 3x^2 + 5x - 7?', '6x + 5'],
  ]) {
    const text = await ask(server.url, prompt, { temperature: 0 });
    assert.match(text, /^1\. [\s\S]*\n2\. /, text);
    assert.ok(text.replaceAll(' ', '').includes(`\\boxed{${answer.replaceAll(' ', '')}}`), text);
  }
  assert.equal(await server.stop(), 0);
});

test('few tokens are an answer, and not an empty one', async () => {
  const server = await startServer();
  for (const max_tokens of [1, 2, 3, 4, 8]) {
    for (const temperature of [0, 0.05, 0.6]) {
      for (const prompt of ['What is 47 * 36?', seedChinese]) {
        const body = JSON.stringify({ messages: [{ role: 'user', content: prompt }], max_tokens, temperature });
        const { choices } = await (await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body })).json();
        assert.match(choices[0].message.content, /[\p{L}\p{N}\p{P}\p{S}]/u, `${max_tokens} at ${temperature}`);
        assert.equal(choices[0].finish_reason, 'length');
      }
    }
  }
  assert.equal(await server.stop(), 0);
});
