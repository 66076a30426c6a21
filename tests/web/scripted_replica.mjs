// A replica that says what a test tells it to, piece by piece: what no honest model would say.
import { createServer } from 'node:http';

// Pieces come one by one, as a model's do, so that a page draws what is between them; of a long text
// several at once.
const tickMs = 5;

// Resolves to { url, state, say(pieces, ticksMax), sayInTurn(...answers), hold(n), release(), stop() }. Each piece is { reasoning } or
// { content }, what { usage } tells at the end, { finish } for another end than "stop", or a function to wait for.
// After hold() an answer stays open once its pieces are out, until end_thinking is called for it, release() is, or
// its client has left. Samples are asked for one by one.
export async function startReplica() {
  let always = [];
  let turns = [];
  let ticksMax = 60;
  let isHeld = false;
  const held = new Map(); // request id -> what lets its answer end
  let n_expected = 0;
  let told = () => {};
  // `body`: what it was asked last; isBroken: 500; prefillMs: before an answer begins; `model`: who it says to be
  const state = { n_thinking_ended: 0, n_left: 0, body: null, isBroken: false, prefillMs: 0, model: 'scripted' };
  const server = createServer((request, response) => {
    const json = (body) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.url === '/v1/models') {
      return json({ object: 'list', data: [{ id: 'scripted', object: 'model', max_model_len: 4096 }] });
    }
    const ended = /^\/v1\/requests\/(.*)\/end_thinking$/.exec(request.url)?.[1];
    if (ended) {
      const end = held.get(decodeURIComponent(ended));
      state.n_thinking_ended += end ? 1 : 0;
      end?.();
      return json({ status: end ? 'ok' : 'unknown' });
    }
    if (request.url !== '/v1/chat/completions') return json({ status: 'ok' });
    let body = '';
    request.on('data', (bytes) => (body += bytes));
    request.on('end', () => {
      state.body = JSON.parse(body);
      if (state.isBroken) {
        response.writeHead(500);
        return response.end();
      }
      if (state.body.n > 1) {
        response.writeHead(400, { 'Content-Type': 'application/json' });
        return response.end(JSON.stringify({ error: { message: 'one at a time', param: 'n' } }));
      }
      if (!state.body.stream) return void wholeAnswer().then(json);
      void answer(request.headers['x-request-id'], response);
    });
  });

  const nextPieces = () => turns.shift() ?? always;

  async function wholeAnswer() {
    const pieces = nextPieces();
    for (const piece of pieces) if (typeof piece === 'function') await piece();
    const content = pieces.map((piece) => piece.content ?? '').join('');
    return {
      id: 'chatcmpl-1', object: 'chat.completion', model: state.model,
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    };
  }

  async function answer(id, response) {
    if (state.prefillMs > 0) await new Promise((begin) => setTimeout(begin, state.prefillMs));
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const left = new Promise((resolve) => response.once('close', resolve));
    const chunk = (fields) =>
      response.write(`data: ${JSON.stringify({
        id: 'chatcmpl-1', object: 'chat.completion.chunk', model: state.model, ...fields,
      })}\n\n`);
    const event = (delta, finish_reason = null) => chunk({ choices: [{ index: 0, delta, finish_reason }] });
    event({ role: 'assistant', content: '' });
    const pieces = nextPieces();
    const n_at_once = Math.ceil(pieces.length / ticksMax);
    for (const [index, piece] of pieces.entries()) {
      if (piece.usage || piece.finish) continue;
      if (typeof piece === 'function') await piece();
      else event(piece);
      if (index % n_at_once === n_at_once - 1) await new Promise((tick) => setTimeout(tick, tickMs));
    }
    if (isHeld) {
      const released = new Promise((resolve) => held.set(id, resolve));
      if (held.size === n_expected) told();
      await Promise.race([released, left]);
      if (response.destroyed) return void (state.n_left += 1);
      event({ content: 'Now the answer.' });
    }
    event({}, pieces.find(({ finish }) => finish)?.finish ?? 'stop');
    for (const { usage } of pieces) if (usage) chunk({ choices: [], usage });
    response.end('data: [DONE]\n\n');
  }

  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    state,
    say(next, ticks = 60) {
      always = next;
      turns = [];
      ticksMax = ticks;
      isHeld = false;
    },
    // The next ones, each another.
    sayInTurn(...answers) {
      this.say([]);
      turns = answers;
    },
    // Resolves when `n` answers are held.
    hold(n = 1) {
      isHeld = true;
      n_expected = n;
      held.clear();
      return new Promise((resolve) => (told = resolve));
    },
    // Those that are held end.
    release() {
      for (const end of held.values()) end();
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

// It says the first half, and the second once it is let: { halfSaid, go() }.
export function inHalves(replica, first, second) {
  let say;
  let go;
  const halfSaid = new Promise((resolve) => (say = resolve));
  const goes = new Promise((resolve) => (go = resolve));
  replica.say([
    { reasoning: 'Let me think.' }, { content: first },
    () => {
      say();
      return goes;
    },
    { content: second },
  ]);
  return { halfSaid, go };
}
