// A real `lemma serve` for a test: started on a free port, stopped with SIGTERM.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

const running = new Set();

// For a file's last `after`: a test that failed leaves its server behind, and none may stay.
export function killServers() {
  for (const child of running) child.kill('SIGKILL');
}

// Resolves once it serves: { url, process, stop() -> exit status, stdout(), stderr() }.
// `wrapper` is a program that becomes it: ['nohup'].
export async function startServer(args = [], environment = {}, wrapper = []) {
  const binary = process.env.LEMMA_BINARY;
  if (!binary) throw new Error('LEMMA_BINARY must name the program to test');
  const [program, ...rest] = [...wrapper, binary, 'serve', '--port', '0', ...args];
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Without keys of the user who runs the tests.
    env: { ...process.env, XDG_DATA_HOME: '/nonexistent', ...environment },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let stdout = '';
  child.stdout.on('data', (bytes) => (stdout += bytes));
  let stderr = '';
  child.stderr.on('data', (bytes) => (stderr += bytes));
  const exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /^\s*address\s+(https?:\/\/\S+)/.exec(line);
      if (found) resolve(found[1]);
    });
    exited.then((code) => reject(new Error(`lemma serve ended with ${code}:\n${stderr}`)));
  });
  return {
    url,
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

// Why programs cannot be judged here, for test's `skip`; false where they can.
export function noSandbox() {
  const { stdout } = spawnSync(process.env.LEMMA_BINARY, ['doctor'], { encoding: 'utf8' });
  return !/^ok +sandbox/m.test(stdout) && 'no program can be isolated here';
}

// Waits until `condition` resolves to true, or fails after half a minute.
export async function eventually(condition, what) {
  for (let i = 0; i < 600; ++i) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never happened: ${what}`);
}

// The text of /metrics, with what every worker has told since this was called.
export async function metricsOf(url, headers = {}) {
  const begun = Date.now();
  let text = '';
  await eventually(async () => {
    text = await (await fetch(`${url}/metrics`, { headers })).text();
    const ages = text.matchAll(/^lemma_gateway_worker_metrics_age_seconds\{.*\} (\S+)$/gm);
    return [...ages].every(([, age]) => Number(age) * 1000 <= Date.now() - begun);
  }, 'the workers tell their metrics');
  return text;
}

// The value of an unlabelled or labelled metric, summed over its labels, or over those lines alone
// that have `label`: 'finished_reason="abort"'.
export async function metric(url, name, label = '', key = '') {
  const text = await metricsOf(url, key ? { 'x-api-key': key } : {});
  let sum = 0;
  for (const line of text.split('\n')) {
    const isNamed = line.startsWith(name + ' ') || line.startsWith(name + '{');
    if (isNamed && line.includes(label)) sum += Number(line.split(' ').pop());
  }
  return sum;
}
