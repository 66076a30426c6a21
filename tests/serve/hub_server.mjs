// A server that behaves as Hugging Face and ModelScope do, and as badly as a test asks.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const gitSha1 = (bytes) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

export const commit = 'c0ffee'.repeat(6) + 'c0ff';

async function listen(handler, tls) {
  const server = tls ? createTlsServer(tls, handler) : createServer(handler);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http${tls ? 's' : ''}://127.0.0.1:${server.address().port}` };
}

// `files`: name -> bytes. Those over 100,000 bytes are in LFS: behind a redirect to another port.
// `behave`, which a test may change at any time:
//   status(path) -> a status to answer with, or 0;   cutAfter(name) -> bytes, then the socket is cut
//   ignoreRanges, wrongBytes (a name), bytesPerTick (slow), list(entry) -> a changed entry
//   retryAfter, in seconds;   page(name) -> { bytes, chunked }: a page with status 200 for a file
//   shiftRange (bytes from elsewhere than asked);   redirect(name) -> another Location
// `tls`, { cert, key }: both of its addresses are https.
// Returns { url, behave, requests: [{ path, host, authorization, cookie, range }], close() }.
export async function startHub(files, tls) {
  const behave = { status: () => 0, cutAfter: () => -1, list: (entry) => entry, page: () => null,
                   redirect: () => null };
  const requests = [];

  function record(request) {
    requests.push({ path: request.url, host: request.headers.host,
                    authorization: request.headers.authorization, cookie: request.headers.cookie,
                    range: request.headers.range });
    return behave.status(request.url);
  }

  const head = () => (behave.retryAfter ? { 'Retry-After': String(behave.retryAfter) } : {});

  function sendFile(name, request, response) {
    const page = behave.page(name);
    if (page) {
      response.writeHead(200, page.chunked ? {} : { 'Content-Length': page.bytes.length });
      response.write(page.bytes);
      return response.end();
    }
    let bytes = Buffer.from(files[name]);
    if (behave.wrongBytes === name) bytes[bytes.length >> 1] ^= 1;
    const found = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    let begin = found && !behave.ignoreRanges ? Number(found[1]) : 0;
    if (begin > 0) begin -= behave.shiftRange ?? 0;
    if (begin >= bytes.length) return response.writeHead(416).end();
    const head = { 'Content-Length': bytes.length - begin };
    if (begin > 0) head['Content-Range'] = `bytes ${begin}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(begin > 0 ? 206 : 200, head);
    const cut = behave.cutAfter(name);
    if (cut >= 0) {
      response.write(bytes.subarray(begin, begin + cut),
                     () => setTimeout(() => response.destroy(), 50));
    } else if (behave.bytesPerTick) {
      let at = begin;
      const timer = setInterval(() => {
        response.write(bytes.subarray(at, at + behave.bytesPerTick));
        at += behave.bytesPerTick;
        if (at >= bytes.length) response.end();
        if (at >= bytes.length || response.destroyed) clearInterval(timer);
      }, 20);
    } else {
      response.end(bytes.subarray(begin));
    }
  }

  const storage = await listen((request, response) => {
    const status = record(request);
    if (status) return response.writeHead(status, head()).end();
    sendFile(decodeURIComponent(request.url.slice(1)), request, response);
  }, tls);

  const api = await listen((request, response) => {
    const status = record(request);
    if (status) return response.writeHead(status, head()).end('an error page');
    const url = new URL(request.url, 'http://hub');
    const resolved = /^\/[^/]+\/[^/]+\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    if (/^\/api\/models\/.+\/revision\//.test(url.pathname)) {
      const siblings = Object.entries(files).map(([rfilename, bytes]) => behave.list({
        rfilename, size: bytes.length, blobId: gitSha1(bytes),
        ...(bytes.length > 100000 && { lfs: { sha256: sha256(bytes), size: bytes.length } }),
      }));
      response.end(JSON.stringify({ sha: commit, siblings }));
    } else if (url.pathname.endsWith('/repo/files')) {
      const list = Object.entries(files).map(([Path, bytes]) => ({
        Type: 'blob', Path, Name: Path, Size: bytes.length, Sha256: sha256(bytes),
      }));
      response.end(JSON.stringify({ Code: 200, Data: { Files: list } }));
    } else if (url.pathname.endsWith('/repo') && url.searchParams.has('FilePath')) {
      sendFile(url.searchParams.get('FilePath'), request, response);
    } else if (resolved && resolved[2] in files) {
      const elsewhere = behave.redirect(resolved[2], url);
      if (elsewhere) return response.writeHead(302, { Location: elsewhere }).end();
      if (files[resolved[2]].length <= 100000 || url.searchParams.has('here')) {
        return sendFile(resolved[2], request, response);
      }
      response.writeHead(302, { Location: `${storage.url}/${resolved[2]}` }).end();
    } else {
      response.writeHead(404).end();
    }
  }, tls);

  return {
    url: api.url, storageUrl: storage.url, behave, requests,
    close() {
      for (const { server } of [api, storage]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}
