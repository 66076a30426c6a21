// The program as its users meet it: started, asked, stopped, killed, and given wrong arguments.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { eventually, killServers, metric, startServer } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
const directory = mkdtempSync(join(tmpdir(), 'lemma-program-'));
after(() => rmSync(directory, { recursive: true }));
after(killServers);

function run(args, input = '') {
  return spawnSync(lemma, args, { encoding: 'utf8', input, timeout: 60000 });
}

async function generate(url, body) {
  const reply = await fetch(`${url}/generate`, { method: 'POST', body: JSON.stringify(body) });
  return { status: reply.status, ...(await reply.json()) };
}

const question = { prompt: 'What is 12 * 34?', temperature: 0 };

// The processes whose parent is `pid`.
function childrenOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(/\s+/).filter(Boolean).map(Number);
}

test('generate answers under the profile it names, in both languages', async () => {
  const server = await startServer();
  const english = await generate(server.url, question);
  assert.equal(english.status, 200);
  assert.equal(english.profile, 'math');
  assert.match(english.text, /\\boxed\{408\}/);
  const seed = await generate(server.url, {
    prompt: '给定一个整数数组 nums 和一个目标值 target, 请你在该数组中找出和为目标值的两个整数,并返回它们的索引。',
    temperature: 0,
  });
  assert.equal(seed.profile, 'algorithm');
  assert.match(seed.text, /```python[\s\S]*def [\s\S]*```/);
  assert.equal(await server.stop(), 0);
});

test('generate: wrong fields are named', async () => {
  const server = await startServer();
  for (const [body, param] of [
    [{}, 'prompt'], [{ prompt: 7 }, 'prompt'], [{ prompt: 'x', max_tokens: -1 }, 'max_tokens'],
    [{ prompt: 'x', temperature: 'hot' }, 'temperature'], [{ prompt: 'x', stream: 1 }, 'stream'],
    [{ prompt: 'x', profile: 'poetry' }, 'profile'], [{ prompt: 'x', system: [] }, 'system'],
  ]) {
    const reply = await generate(server.url, body);
    assert.equal(reply.status, 400, param);
    assert.equal(reply.error.param, param);
  }
  for (const body of ['{', '[]', '"x"', '{"prompt":"\xff"}', '']) {
    const reply = await fetch(`${server.url}/generate`, {
      method: 'POST', body: Buffer.from(body, 'latin1'),
    });
    assert.equal(reply.status, 400, body);
  }
  const large = await fetch(`${server.url}/generate`, {
    method: 'POST', body: JSON.stringify({ prompt: 'x'.repeat(3 << 20) }),
  });
  assert.equal(large.status, 413);
  assert.equal((await generate(server.url, question)).status, 200);
  assert.equal(await server.stop(), 0);
});

test('a killed worker comes back', async () => {
  const server = await startServer();
  const [worker] = childrenOf(server.process.pid);
  process.kill(worker, 'SIGKILL');
  await eventually(async () => {
    const [next] = childrenOf(server.process.pid);
    return next !== worker && (await generate(server.url, question)).status === 200;
  }, 'the worker was not restarted');
  assert.equal(await server.stop(), 0);
});

test('stopping lets running answers finish and leaves no process behind', async () => {
  const server = await startServer();
  const [worker] = childrenOf(server.process.pid);
  const reply = await fetch(`${server.url}/generate`, {
    method: 'POST', body: JSON.stringify({ ...question, stream: true }),
  });
  server.process.kill('SIGINT');
  const text = await reply.text();
  assert.match(text, /data: \[DONE\]\n\n$/);
  assert.equal(await server.exited, 0);
  assert.throws(() => process.kill(worker, 0), 'the worker lives on');
});

test('a hangup stops serve too, though nobody reads what it prints any more', async () => {
  const server = await startServer();
  const reply = await fetch(`${server.url}/generate`, {
    method: 'POST', body: JSON.stringify({ ...question, stream: true }),
  });
  server.process.stdout.destroy();
  server.process.stderr.destroy();
  server.process.kill('SIGHUP');
  assert.match(await reply.text(), /data: \[DONE\]\n\n$/);
  assert.equal(await server.exited, 0);
});

test('under nohup a hangup changes nothing', async () => {
  const server = await startServer([], {}, ['nohup']);
  server.process.kill('SIGHUP');
  await new Promise((resolve) => setTimeout(resolve, 300));  // an idle server stops in less
  assert.equal((await generate(server.url, question)).status, 200);
  assert.equal(await server.stop(), 0);
});

test('serve says what it serves, on what, and how to ask', async () => {
  const server = await startServer(['--isa', 'scalar', '--threads', '1']);
  await eventually(() => server.stdout().includes('Ctrl-C'), 'the whole text');
  assert.match(server.stdout(), /^ +model +lemma-mini$/m);
  assert.match(server.stdout(), /^ +device +scalar, 1 thread$/m);
  assert.ok(server.stdout().includes(`curl ${server.url}/generate -d`));
  assert.ok(server.stdout().includes(`lemma ask --url ${server.url} `));
  assert.equal(await server.stop(), 0);
});

test('the worker computes with the weights that serve was asked for', async () => {
  const server = await startServer(['--weights', 'q8']);
  const chat = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: question.prompt }], temperature: 0 }),
  });
  const reply = await chat.json();
  assert.match(reply.system_fingerprint, /q8 weights, q8 kv/);
  assert.equal(await server.stop(), 0);
});

test('a supervisor killed outright takes its worker along', async () => {
  const server = await startServer();
  const [worker] = childrenOf(server.process.pid);
  server.process.kill('SIGKILL');
  await server.exited;
  await eventually(() => {
    try {
      process.kill(worker, 0);
      return readFileSync(`/proc/${worker}/stat`, 'utf8').includes(') Z ');
    } catch {
      return true;
    }
  }, 'the worker lives on');
});

test('a port in use and a missing model are said in words', async () => {
  const server = await startServer();
  const port = new URL(server.url).port;
  const taken = run(['serve', '--port', port]);
  assert.equal(taken.status, 1);
  assert.match(taken.stderr, new RegExp(`${port}.*(in use|already)`));
  const doctor = run(['doctor', '--port', port]);
  assert.equal(doctor.status, 1);
  assert.match(doctor.stdout, /FAIL +port/);
  const check = run(['serve', '--check', '--port', port]);
  assert.equal(check.status, 1);
  assert.match(check.stdout, /FAIL +port/);
  assert.equal(await server.stop(), 0);

  const missing = run(['serve', '--port', '0', '--model', '/nonexistent']);
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /\/nonexistent/);
  assert.match(run(['doctor', '--port', '0', '--model', '/nonexistent']).stdout, /FAIL +model/);
  assert.match(run(['serve', '--check', '--port', '0', '--model', '/nonexistent']).stdout,
               /FAIL +model/);
  // What ./run is about to fetch is no error; who may not listen there hears so before.
  const fetched = run(['serve', '--check', '--port', '0', '--model', 'nobody/nothing']);
  assert.equal(fetched.status, 0, fetched.stdout);
  assert.match(fetched.stdout, /^warn +model +nobody\/nothing is not here yet/m);
  const open = run(['serve', '--check', '--port', '0', '--host', '0.0.0.0']);
  assert.equal(open.status, 1);
  assert.match(open.stderr, /--require-keys/);
  const healthy = run(['doctor', '--port', '0']);
  assert.equal(healthy.status, 0, healthy.stdout);
  for (const line of [
    /^(ok|warn) +processor .*, \d+ cores, kernels (scalar|avx|amx)/m,
    /^ok +model +lemma-mini: /m,
    /^ok +memory +\d+\.\d\d GiB free; weights \d+\.\d\d GiB$/m,
    /^ok +port +127\.0\.0\.1:0 is free$/m,
    /^(ok|warn) +disk .* can be written, \d+\.\d GiB free$/m,
  ]) {
    assert.match(healthy.stdout, line);
  }
});

test('wrong usage exits with 2 and names the option', () => {
  for (const [args, name] of [
    [['serve', '--port', 'x'], '--port'], [['serve', '--prot', '1'], '--prot'], [[], 'subcommand'],
    [['ask'], 'question'], [['logits', '--tokens', '1'], '--out'],
    [['ask', 'x', '--weights', 'q5'], '--weights'],
  ]) {
    const done = run(args);
    assert.equal(done.status, 2, args.join(' '));
    assert.match(done.stderr + done.stdout, new RegExp(name));
  }
  const isa = run(['ask', 'x', '--isa', 'mmx']);
  assert.equal(isa.status, 1);
  assert.match(isa.stderr, /mmx/);
});

test('Ctrl-C ends ask, and serve while it drains, and leaves no directory behind', async () => {
  const temporary = mkdtempSync(join(directory, 'tmp-'));
  const environment = { TMPDIR: temporary };
  const ask = spawn(lemma, ['ask', 'What is 12 * 34?'], {
    stdio: 'ignore', env: { ...process.env, ...environment },
  });
  const ended = new Promise((resolve) => ask.once('exit', (_, signal) => resolve(signal)));
  while (readdirSync(temporary).length === 0) await new Promise(setImmediate);
  ask.kill('SIGINT');
  assert.equal(await ended, 'SIGINT');
  assert.deepEqual(readdirSync(temporary), []);

  const server = await startServer([], environment);
  const held = Array.from({ length: 40 }, () =>
    fetch(`${server.url}/generate`, {
      method: 'POST', body: JSON.stringify({ prompt: 'x', system: 'y', max_tokens: 1000 }),
    }).then((reply) => reply.text()).catch(() => 'cut'));
  await eventually(async () => (await metric(server.url, 'lemma_gateway_requests_in_flight')) > 20,
    'the questions arrive');
  server.process.kill('SIGINT');
  await eventually(() => server.stderr().includes('draining'), 'serve drains');
  server.process.kill('SIGINT');
  assert.equal(await server.exited, null);
  assert.deepEqual(readdirSync(temporary), []);
  await Promise.all(held);
});

test('ask ends where nobody reads its answer, and leaves no directory behind', () => {
  const temporary = mkdtempSync(join(directory, 'tmp-'));
  // head goes at once, long before the answer comes.
  const script = '{ "$0" ask "$1" --temperature 0; echo "status $?" >&2; } | head -c 0';
  const done = spawnSync('sh', ['-c', script, lemma, 'What is 12 * 34?'], {
    encoding: 'utf8', timeout: 60000, env: { ...process.env, TMPDIR: temporary },
  });
  assert.match(done.stderr, /lemma: the answer cannot be written: /);
  assert.match(done.stderr, /^status 1$/m);
  assert.deepEqual(readdirSync(temporary), []);
});

test('ask does not let a server go on whose answer it cannot write', async () => {
  // A server without end.
  const event = { choices: [{ index: 0, delta: { content: 'x' }, finish_reason: null }] };
  const endless = createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const timer = setInterval(() => response.write(`data: ${JSON.stringify(event)}\n\n`), 10);
    response.once('close', () => clearInterval(timer));
  });
  await new Promise((resolve) => endless.listen(0, '127.0.0.1', resolve));
  const full = openSync('/dev/full', 'w');
  const ask = spawn(lemma, ['ask', '--url', `http://127.0.0.1:${endless.address().port}`, 'x'], {
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  let stderr = '';
  ask.stderr.on('data', (bytes) => (stderr += bytes));
  const deadline = setTimeout(() => ask.kill('SIGKILL'), 20000);
  const status = await new Promise((resolve) => ask.once('close', resolve));
  clearTimeout(deadline);
  endless.closeAllConnections();
  endless.close();
  assert.equal(status, 1, stderr);
  assert.match(stderr, /lemma: the answer cannot be written: /);
});

test('ask prints the answer alone on standard output', () => {
  const done = run(['ask', 'What is 12 * 34?', '--temperature', '0']);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /\\boxed\{408\}\n$/);
  assert.match(done.stderr, /12\*34/);
  const json = JSON.parse(run(['ask', 'What is 12 * 34?', '--temperature', '0', '--json']).stdout);
  assert.equal(json.choices[0].message.content + '\n', done.stdout);
});

test('ask asks a server by its address', async () => {
  const server = await startServer();
  const done = run(['ask', '--url', server.url, 'What is 12 * 34?', '--temperature', '0']);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /408/);
  assert.equal(await server.stop(), 0);
  assert.equal(run(['ask', '--url', server.url, 'x']).status, 1);
});

test('equal says whether answers are the same, and its exit status does', () => {
  assert.equal(run(['equal', '\\sqrt{8}', '2\\sqrt2']).status, 0);
  assert.equal(run(['equal', '--', '-1/2', '-0.5']).status, 0);
  const different = run(['equal', '(1,2)', '(2,1)']);
  assert.equal(different.status, 1);
  assert.match(different.stdout, /^different: element 1/);
  assert.equal(run(['equal', '1']).status, 2);
  const reply = run(['equal', '--json', '--extract', '6', 'So 2 * 3 = \\boxed{6}.']);
  const verdict = JSON.parse(reply.stdout);
  assert.deepEqual([verdict.same, verdict.answer, verdict.found_by], [true, '6', 'boxed']);
});

test('tokenize gives a line of ids for a line of text', () => {
  const marked = run(['tokenize', '--json'], 'a\n<|im_end|>\n\n').stdout.split('\n');
  assert.equal(marked.length, 4);
  assert.equal(JSON.parse(marked[1]).length, 1);
  assert.deepEqual(JSON.parse(marked[2]), []);
  const plain = run(['tokenize', '--json', '--plain'], '<|im_end|>\n').stdout;
  assert.ok(JSON.parse(plain).length > 1);
});

test('bench measures the rows that it is asked for, in the table\'s order', () => {
  const rows = ['2 rows of one', '8 streams, 256 shared', '2 rows of one'];
  const only = rows.flatMap((row) => ['--only', row]);
  const done = run(['bench', '--rounds', '1', '--json', ...only]);
  assert.equal(done.status, 0, done.stderr);
  const measured = JSON.parse(done.stdout).rows;
  assert.deepEqual(measured.map(({ name }) => name), ['8 streams, 256 shared', '2 rows of one']);
  for (const { tokens_s: speed } of measured) assert.ok(speed > 0);
  const unknown = run(['bench', '--only', 'nothing']);
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /--only "nothing".*"prompt of 512", "decode"/);
});

test('bench compares a quantised GGUF with the floats that its blocks stand for', () => {
  const source = process.env.LEMMA_SOURCE_DIR;
  const file = join(directory, 'mini-Q4_0.gguf');
  const mini = join(source, 'models/lemma-mini');
  const made = spawnSync(process.execPath,
    [join(source, 'bench/peer/convert.mjs'), mini, 'Q4_0', file], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const divergence = (...args) => {
    const done = run(['bench', '--rounds', '1', '--only', 'decode', '--json', '--model', file, ...args]);
    assert.equal(done.status, 0, done.stderr);
    return JSON.parse(done.stdout).mean_kl;
  };
  assert.ok(divergence('--accuracy') > 1e-4);  // it runs as q4, rounded once more
  assert.ok(divergence('--reference', file, '--weights', 'float32') < 1e-9);
});

test('a packed file says what it cannot become, and a damaged one that it is damaged', () => {
  const file = join(directory, 'mini-q8.lemma');
  assert.equal(run(['pack', 'lemma-mini', '-o', file]).status, 0);
  const again = run(['pack', file, '--format', 'q4', '-o', join(directory, 'mini-q4.lemma')]);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /mini-q8\.lemma is packed in another format \(q8\)/);
  assert.doesNotMatch(again.stderr, /--weights/);
  writeFileSync(file, 'l', { flag: 'r+' });
  const damaged = run(['ask', 'x', '--model', file]);
  assert.equal(damaged.status, 1);
  assert.match(damaged.stderr, /mini-q8\.lemma: is not a packed model, or is damaged/);
});

test('a made checkpoint answers; a damaged one is named and nothing hangs', () => {
  const model = join(directory, 'made');
  assert.equal(run(['make-checkpoint', '--shape', 'lemma-mini', '-o', model]).status, 0);
  const again = run(['make-checkpoint', '--shape', 'lemma-mini', '-o', model]);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /not empty/);
  const asked = run(['ask', 'x', '--model', model, '--max-tokens', '5']);
  assert.equal(asked.status, 0, asked.stderr);

  const weights = readFileSync(join(model, 'model.safetensors'));
  writeFileSync(join(model, 'model.safetensors'), weights.subarray(0, weights.length / 2));
  const damaged = run(['ask', 'x', '--model', model]);
  assert.equal(damaged.status, 1);
  assert.match(damaged.stderr, /model\.safetensors/);
});

test('a checkpoint with an unknown chat template is refused at load', () => {
  const model = join(directory, 'template');
  assert.equal(run(['make-checkpoint', '--shape', 'lemma-mini', '-o', model]).status, 0);
  writeFileSync(join(model, 'tokenizer_config.json'), '{"chat_template": "{{ messages }}"}');
  const done = run(['ask', 'x', '--model', model]);
  assert.equal(done.status, 1);
  assert.match(done.stderr, /template/);
});

test('options come from a config file and the command line wins', async () => {
  mkdirSync(join(directory, 'config'));
  const file = join(directory, 'config', 'lemma.toml');
  writeFileSync(file, '[serve]\nhost = "127.0.0.2"\nport = 1\nthreads = 1\n');
  const server = await startServer(['--config', file]);
  assert.match(server.url, /127\.0\.0\.2/);
  assert.equal(await server.stop(), 0);
  writeFileSync(file, '[serve]\nprot = 1\n');
  const wrong = run(['serve', '--port', '0', '--config', file]);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /prot/);
});
