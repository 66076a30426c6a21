// A replica whose answers begin, and wait for the test to end them.
import { createServer } from 'node:http';
import { after } from 'node:test';

// Resolves to { url, streams, keys, finish(stream) }: what runs, and what was presented.
export async function startReplica() {
  const streams = [];
  const keys = new Set();
  const server = createServer((request, response) => {
    keys.add(request.headers.authorization);
    if (request.url === '/health') return response.end();
    if (request.url === '/v1/models') return response.end('{"data":[{"id":"big"}]}');
    if (request.url !== '/v1/chat/completions') return response.writeHead(404).end();
    response.setHeader('content-type', 'text/event-stream');
    response.write('data: {"choices":[{"index":0,"delta":{"content":"It is "}}]}\n\n');
    streams.push(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.closeAllConnections());
  after(() => server.close());
  const finish = (response) => response.end(
    'data: {"choices":[{"index":0,"delta":{"content":"408."},"finish_reason":"stop"}]}\n\n' +
    'data: [DONE]\n\n');
  return { url: `http://127.0.0.1:${server.address().port}/v1`, streams, keys, finish };
}
