// A receiver of webhooks.
import { createServer } from 'node:http';

// Resolves to { url, received, stop() }; `received`: of each call { signature, body }.
export async function startReceiver() {
  const received = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => (body += bytes));
    request.on('end', () => {
      received.push({ signature: request.headers['x-lemma-signature'], body });
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/hook`, received, stop: () => server.close() };
}
