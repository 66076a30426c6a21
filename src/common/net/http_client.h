// An HTTP/1.1 client over Boost.Beast, for a relay and for command-line calls.
//
// Threads: callbacks run on the client's I/O threads, those of one call on one of them, and must
// not block. A call that such a thread asks for stays on it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/net/http.h"
#include "common/net/io_loops.h"

namespace lemma::net {

struct HttpCallbacks {
  // Status and headers; the body is empty.
  std::function<void(HttpResponse head)> on_head;
  // A piece of the body, in order. For text/event-stream as soon as it arrives.
  std::function<void(std::string piece)> on_body;
  // The end, exactly once: ok, or why the transfer failed (kUnavailable: no connection;
  // kDeadlineExceeded; kCancelled; kDataLoss: cut off or malformed; kTooLarge; kInvalidArgument:
  // not an address).
  std::function<void(Status status)> on_end;
};

struct HttpClientOptions {
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds first_byte_timeout{600000};
  std::chrono::milliseconds idle_timeout{120000};  // between two pieces of the body
  uint64_t body_bytes_max = 64 << 20;              // of one answer; more ends it: kTooLarge
};

// A call under way. Destroying it does not end the call.
class HttpCall {
 public:
  virtual ~HttpCall() = default;
  virtual void Cancel() = 0;  // thread-safe; on_end(kCancelled) follows unless it has ended
};

class HttpClient {
 public:
  explicit HttpClient(const HttpClientOptions& options = {});  // with an I/O thread of its own
  HttpClient(IoLoops& loops, const HttpClientOptions& options);
  // Cancels what is under way; no callback runs afterwards. Not from one of them.
  ~HttpClient();

  // Sends request.{method, target, headers, body} to `address` ("127.0.0.1:8080", "host:80",
  // "https://host", "unix:/path/socket"). Of an https server the certificate must be of its host
  // and from somebody the system trusts (client_tls.h), else kUnavailable. Connections are kept for
  // a while and reused per address and thread. Where a reused connection ends before any byte of an
  // answer, a GET or HEAD is sent again, once; anything else ends with kDataLoss, for the server
  // may have acted on it. `time_max`: for the whole call, else kDeadlineExceeded.
  std::shared_ptr<HttpCall> Send(const std::string& address, HttpRequest request,
                                 HttpCallbacks callbacks, std::optional<Duration> time_max = {});

  // The same, waiting for the whole answer. Not from a callback.
  Result<HttpResponse> SendAndWait(const std::string& address, HttpRequest request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lemma::net
