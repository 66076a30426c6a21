// `lemma judge` as its users meet it: verdicts, exit status, errors that say what to do, and an end
// that leaves nothing running.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { eventually } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
const directory = mkdtempSync(join(tmpdir(), 'lemma-judge-'));
after(() => rmSync(directory, { recursive: true }));

function file(name, content) {
  const path = join(directory, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function judge(...args) {
  return spawnSync(lemma, ['judge', ...args], { encoding: 'utf8', timeout: 60000 });
}

const tests = file('tests.json', {
  time_ms: 20000,
  tests: [{ input: '1 2', output: '3' }, { name: 'zeros', input: '0 0', output: '0' }],
});
const right = file('right.py', 'print(sum(map(int, input().split())))\n');

// Elsewhere than on a host that forbids namespaces: there the program says so, and nothing is run.
const probe = judge(right, '--tests', tests);
const skip = probe.status === 2 && /lets no program be isolated/.test(probe.stderr) && probe.stderr;

test('accepted, wrong and JSON', { skip }, () => {
  assert.equal(probe.status, 0, probe.stderr + probe.stdout);
  assert.match(probe.stdout, /^1: accepted .*\nzeros: accepted .*\naccepted: 2 of 2\n$/);
  const wrong = judge(file('wrong.py', 'print(3)'), '--tests', tests, '--json');
  assert.equal(wrong.status, 1);
  const report = JSON.parse(wrong.stdout);
  assert.equal(report.verdict, 'wrong_answer');
  assert.equal(report.accepted, 1);
  assert.deepEqual(report.tests.map((t) => t.verdict), ['accepted', 'wrong_answer']);
  assert.match(report.tests[1].message, /expected "0", got "3"/);
});

test('the program of a reply', { skip }, () => {
  const reply = '<think>\nhm\n</think>\nSo:\n```python\n' + readFileSync(right, 'utf8') + '```\n';
  assert.equal(judge(file('reply.md', reply), '--tests', tests).status, 0);
});

test('what cannot be judged says why, with status 2', () => {
  const cases = [
    [[file('prose.md', 'no program'), '--tests', tests], /holds no program/],
    [[right, '--tests', file('bad.json', { tests: [{ input: 'x' }] })], /tests\[0\]\.output is missing/],
    [[right, '--tests', join(directory, 'absent.json')], /absent\.json/],
    [[right, '--tests', tests, '--language', 'cobol'], /--language must be python or c\+\+/],
  ];
  for (const [args, message] of cases) {
    const result = judge(...args);
    assert.equal(result.status, 2, args.join(' '));
    assert.match(result.stderr, message);
    assert.equal(result.stdout, '');
  }
});

// The processes below `pid`, at any depth.
function descendants(pid) {
  const table = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).stdout;
  const parents = table.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found) found.push(...parents.filter(([, p]) => p === parent).map(([c]) => c));
  return found.slice(1);
}

function alive(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

test('a judge that is killed takes its boxes with it', { skip }, async () => {
  const sleeper = file('sleeper.py', 'import time\ntime.sleep(1000)\n');
  const process = spawn(lemma, ['judge', sleeper, '--tests', file('long.json', {
    wall_ms: 600000, tests: [{ output: '' }] })]);
  let box = [];
  await eventually(() => {
    box = descendants(process.pid);
    return box.some((pid) => commandOf(pid) === '/usr/bin/python3\0-B\0/box/main.py\0');
  }, 'the program runs');
  process.kill('SIGKILL');
  await eventually(() => !box.some(alive), 'the box is gone');
});
