// `lemma eval` as people run it: against a real server and with one of its own, killed and gone on
// with, and two reports compared.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { killServers, noSandbox, startServer } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
const root = mkdtempSync(join(tmpdir(), 'lemma-eval-'));
after(() => rmSync(root, { recursive: true }));
after(killServers);

const run = (...args) => spawnSync(lemma, ['eval', ...args], { encoding: 'utf8', cwd: root });
// As run, where this process answers.
const runBeside = (...args) => new Promise((resolve) => {
  const child = spawn(lemma, ['eval', ...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (bytes) => (stderr += bytes));
  child.once('close', (status) => resolve({ status, stderr }));
});
// Answers chats with `answerOf(question)`, boxed.
const scriptedServer = async (answerOf, fingerprintOf = () => undefined) => {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => (body += bytes));
    request.on('end', () => {
      if (request.url === '/v1/models') return response.end('{"data": [{"id": "scripted"}]}');
      const content = `\\boxed{${answerOf(JSON.parse(body).messages[0].content)}}`;
      response.end(JSON.stringify({
        system_fingerprint: fingerprintOf(), choices: [{ message: { content }, finish_reason: 'stop' }],
      }));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
};
const linesOf = (name) => readFileSync(join(root, name), 'utf8').trimEnd().split('\n').slice(1);
const jsonOf = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));

const sums = [];
for (let i = 0; i < 12; ++i) {
  sums.push({ id: `sum-${i}`, problem: `What is ${i + 12} * ${i + 3}?`, family: i % 2 ? 'odd' : 'even',
              answer: String((i + 12) * (i + 3)) });
}
writeFileSync(join(root, 'sums.jsonl'), sums.map((line) => JSON.stringify(line)).join('\n'));

test('a run that is killed goes on, and comes to what an unbroken one does', async () => {
  const server = await startServer();
  const args = ['sums.jsonl', '--url', `${server.url}/v1`, '--samples', '3', '--parallel', '2',
                '--temperature', '1'];
  const killed = spawn(lemma, ['eval', ...args, '--out', 'a'], { cwd: root, stdio: 'ignore' });
  const state = join(root, 'a.samples.jsonl');
  const gone = new Promise((resolve) => killed.once('exit', resolve));
  while (!existsSync(state) || linesOf('a.samples.jsonl').length < 5) {
    assert.equal(killed.exitCode, null, 'it goes on until it is killed');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  killed.kill('SIGKILL');
  await gone;
  const before = linesOf('a.samples.jsonl').filter((line) => line.endsWith('}'));
  assert.ok(before.length < 36, 'it was killed in the middle');

  const other = run(...args.slice(0, -1), '0.5', '--out', 'a');
  assert.equal(other.status, 1);
  assert.match(other.stderr, /holds samples of another run .*temperature/);

  const resumed = run(...args, '--out', 'a');
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.deepEqual(linesOf('a.samples.jsonl').slice(0, before.length), before);
  assert.equal(linesOf('a.samples.jsonl').length, 36);

  const whole = run(...args, '--out', 'b');
  assert.equal(whole.status, 0, whole.stderr);
  const answers = ({ problems }) =>
    problems.map(({ samples }) => samples.map(({ answer, tokens }) => [answer, tokens]));
  assert.deepEqual(answers(jsonOf('a.json')), answers(jsonOf('b.json')));
  assert.ok(jsonOf('b.json').figures.pass_at_1 > 0.5);
  assert.deepEqual(jsonOf('b.json').families.map(({ family }) => family), ['even', 'odd']);
  assert.match(readFileSync(join(root, 'b.html'), 'utf8'), /<svg/);

  const same = run('compare', 'a.json', 'b.json', '--fail-on-regression');
  assert.equal(same.status, 0, same.stderr);
  assert.match(same.stdout, /difference \+0\.0 points/);

  const noSystem = run('sums.jsonl', '--url', server.url, '--no-system', '--out', 'c');
  assert.equal(noSystem.status, 1);
  assert.match(noSystem.stderr, /put in the system prompt of the profile math/);
  assert.equal(await server.stop(), 0);
});

test('without a url it serves itself: with profiles, without one, and through a strategy', () => {
  const figures = (...args) => {
    const done = run('sums.jsonl', '--limit', '4', '--temperature', '0', '--json', ...args);
    assert.equal(done.status, 0, done.stderr);
    return JSON.parse(done.stdout);
  };
  assert.equal(figures('--out', 'profile').problems, 4);
  assert.equal(figures('--no-system', '--out', 'none').outcomes.truncated, 0);
  assert.equal(figures('--max-tokens', '20', '--out', 'short').cut, 1);
  const one = figures('--strategy', 'single', '--out', 'single');
  const vote = figures('--strategy', 'majority', '--votes', '4', '--out', 'majority');
  assert.ok(vote.tokens_total > 1.5 * one.tokens_total);
});

test('what computes is part of a run: other weights, KV memory or kernels are refused', () => {
  const measure = (out, ...args) => run('sums.jsonl', '--limit', '2', '--out', out, ...args);
  const first = measure('q4', '--weights', 'q4', '--kv', 'q8');
  assert.equal(first.status, 0, first.stderr);
  assert.match(jsonOf('q4.json').settings.system_fingerprint, /q4 weights, q8 kv/);
  for (const other of [['--weights', 'bf16', '--kv', 'q8'], ['--weights', 'q4', '--kv', 'float32'],
                       ['--weights', 'q4', '--kv', 'q8', '--isa', 'scalar']]) {
    const refused = measure('q4', ...other);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /another run .*system_fingerprint: ".*" against ".*q4 weights, q8 kv/);
  }
  assert.equal(measure('q4', '--weights', 'q4', '--kv', 'q8').status, 0, 'the same goes on');
  assert.equal(measure('bf16').status, 0);
  assert.match(run('compare', 'q4.json', 'bf16.json').stdout,
               /settings +system_fingerprint: .*q4 weights.* against .*bf16 weights/);
});

test('a server whose weights have changed is not gone on with', async () => {
  let weights = 'fp_1';
  const server = await scriptedServer(() => 0, () => weights);
  const args = ['sums.jsonl', '--url', server.url, '--out', 'served'];
  assert.equal((await runBeside(...args)).status, 0);
  weights = 'fp_2';
  const refused = await runBeside(...args, '--samples', '2');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /system_fingerprint: "fp_2" against "fp_1"\. Use/);
  weights = 'fp_1';
  assert.equal((await runBeside(...args, '--samples', '2')).status, 0);
  server.close();
});

test('published shapes are asked and graded as they mean it', async () => {
  const rows = [
    { question: 'A half?', answer: 0.5 },
    { question: 'Beads?', answer: '7 * 10 = 70\n70 + 2 = 72\n#### 72' },
    { question_id: 70, question: 'Which?', options: ['no', 'never', 'yes'], answer: 'C', answer_index: 2 },
  ];
  writeFileSync(join(root, 'shapes.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  const server = await scriptedServer((question) => {
    if (question === 'A half?') return '0.5';
    if (question === 'Beads?') return '72';
    return /([A-C])\. yes/.exec(question)[1];
  });
  const done = await runBeside('shapes.jsonl', '--url', server.url, '--out', 'shapes');
  server.close();
  assert.equal(done.status, 0, done.stderr);
  assert.equal(jsonOf('shapes.json').figures.pass_at_1, 1);
});

test('programs are judged by their tests', { skip: noSandbox() }, () => {
  const tests = JSON.stringify([{ input: '[1, 2]', output: '3', testtype: 'functional' }]);
  writeFileSync(join(root, 'code.jsonl'), JSON.stringify({
    question_content: 'Return the sum of the list.', question_id: 'q', contest_date: '2025-02-01',
    starter_code: 'def total(numbers):', difficulty: 'easy', metadata: '{"func_name": "total"}',
    public_test_cases: tests, private_test_cases: '[]',
  }));
  const done = run('code.jsonl', '--from', '2025-01-01', '--to', '2025-03-01', '--profile',
                   'algorithm', '--out', 'code');
  assert.equal(done.status, 0, done.stderr);
  assert.equal(jsonOf('code.json').problems[0].samples.length, 1);
});

test('a safety report: refusals, words and likelihoods of our sets and of a standard one', () => {
  const done = run('safety', '--limit', '6', '--max-tokens', '60');
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /shipped:requests\n {2}over-refusal/);
  const figuresOf = ({ sets }) => Object.assign({}, ...sets.map(({ figures }) => figures));
  const shipped = jsonOf('safety.json');
  assert.equal(shipped.sets.length, 5);
  const figures = figuresOf(shipped);
  assert.equal(figures.bias.of, 6);
  assert.equal(figures.unscored, undefined, 'a worker says how likely a text is');
  assert.ok(figures.toxic_texts.chance_likelier >= 0 && figures.toxic_texts.chance_likelier <= 1);
  assert.match(readFileSync(join(root, 'safety.html'), 'utf8'), /Safety of lemma-mini/);

  writeFileSync(join(root, 'crows.csv'), ',sent_more,sent_less,bias_type\n0,He said.,She said.,gender\n');
  writeFileSync(join(root, 'off.jsonl'), JSON.stringify({ prompt: 'Tell me a joke.', expect: 'off_domain' }));
  const standard = run('safety', 'crows.csv', 'off.jsonl', '--json', '--out', 'standard');
  assert.equal(standard.status, 0, standard.stderr);
  const found = figuresOf(JSON.parse(standard.stdout));
  assert.equal(found.bias_groups.gender.of, 1);
  assert.equal(found.off_domain.recall.n, 1, 'the service declines it');
  assert.match(run('safety', 'sums.jsonl').stderr, /sums\.jsonl: row 1: prompt is missing/);
});

test('a regression ends a gate with 3', async () => {
  let nWrong = 0;  // how many of the problems are answered wrongly
  const server = await scriptedServer((question) => {
    const [, a, b] = /(\d+) \* (\d+)/.exec(question);
    return a - 12 < nWrong ? 0 : a * b;
  });
  const measure = async (out) =>
    (await runBeside('sums.jsonl', '--url', server.url, '--out', out)).status;
  assert.equal(await measure('good'), 0);
  nWrong = 7;
  assert.equal(await measure('bad'), 0);
  nWrong = 2;
  assert.equal(await measure('nearly'), 0);
  server.close();
  const gate = (a, b) => run('compare', a, b, '--fail-on-regression').status;
  assert.equal(gate('good.json', 'bad.json'), 3);
  assert.equal(gate('bad.json', 'good.json'), 0);
  assert.equal(gate('good.json', 'nearly.json'), 0, 'two of twelve may be chance');
  assert.match(run('compare', 'good.json', 'bad.json').stdout, /7 worse\n.*sum-/);
});

test('what is wrong is said', () => {
  assert.match(run().stderr, /DATASET is missing/);
  assert.match(run('none.jsonl').stderr, /none\.jsonl: No such file/);
  assert.match(run('sums.jsonl', '--url', 'ftp://a').stderr, /not an address/);
  assert.match(run('sums.jsonl', '--from', 'May').stderr, /must be a date/);
  for (const [args, what] of [[['--votes', '4'], /--votes requires --strategy/],
                              [['--no-system', '--system', 'x'], /--system excludes --no-system/],
                              [['--url', 'http://127.0.0.1:1', '--weights', 'q4'], /--url excludes --weights/]]) {
    const refused = run('sums.jsonl', ...args);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, what);
  }
  assert.match(run('sums.jsonl', '--strategy', 'best').stderr, /--strategy must be/);
  writeFileSync(join(root, 'bad.jsonl'), '{"problem": "p"}\n');
  assert.match(run('bad.jsonl').stderr, /bad\.jsonl:1: answer is missing/);
});
