// The worker: one engine behind the OpenAI HTTP protocol.
//
//   POST /v1/chat/completions  /v1/completions  /v1/requests/{id}/end_thinking  .../stop
//        /tokenize  /detokenize  /apply-template
//   GET  /v1/models  /v1/models/{id}  /livez  /readyz  /health  /metrics
//
// It has one key or none: without one it belongs on a Unix socket or the loopback. Over the Unix
// socket, or with the key, the header x-lemma-tenant says whose computed prompts a request may
// share.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/net/http_server.h"
#include "common/text/chat_template.h"
#include "common/text/tokenizer.h"
#include "inference/engine/engine.h"
#include "inference/model/backend.h"
#include "inference/worker/openai_schema.h"

namespace lemma::worker {

// A gateway in front takes thousands of clients. Of them it has as many answered here as run or
// wait, each perhaps stopped by a call of its own, and some hundreds of calls that generate
// nothing; several gateways may share the worker.
inline constexpr int kConnectionsMax = 4096;

struct WorkerOptions {
  std::string listen = "127.0.0.1:0";  // as HttpServer::Start takes it
  std::string key;       // that all but probes must present (key_check.h); "": none is asked for
  std::string model_id;  // how clients name the model
  std::string version;   // of this program, for metrics
  std::vector<std::string> model_aliases;  // other names they may use
  GenerationDefaults defaults;
  engine::EngineOptions engine;
  net::HttpServerLimits http = {.connections_max = kConnectionsMax};
  int n_http_threads = 2;  // parse, tokenize, answer; the engine has its own
  std::chrono::milliseconds ping_interval{15000};  // of a silent stream
  std::chrono::seconds stall_max{300};             // nothing computed for so long: /livez fails
};

struct WorkerModel {
  std::unique_ptr<model::Backend> backend;
  text::Tokenizer tokenizer;
  text::ChatTemplate chat_template;
  std::string fingerprint = {};  // model::FingerprintOf its checkpoint; "": replies do not name it
};

// Do a checkpoint's files belong together? kDataLoss names those that do not: ids of tokenizer.json
// that config.json's vocabulary lacks, control tokens of the template that tokenizer.json lacks.
Status CheckModelFiles(const model::ModelConfig& config, const text::Tokenizer& tokenizer,
                       const text::ChatTemplate& chat_template);

// All methods are thread-safe, but Stop and the destructor belong to one thread.
class Worker {
 public:
  // Ready to serve when it returns. `clock` must outlive the worker. Errors: as
  // CheckModelFiles and HttpServer::Start.
  static Result<std::unique_ptr<Worker>> Start(const WorkerOptions& options, WorkerModel model,
                                               const Clock& clock);
  ~Worker();  // Stop()

  std::string address() const;  // with the real port

  // Refuses new completions with 503 and /readyz too, so that routers turn away; what runs goes on.
  void Drain();
  // Waits until nothing is being answered or `limit` is over; true when nothing is.
  bool WaitUntilIdle(std::chrono::milliseconds limit) const;
  // Ends what still runs, closes all connections and joins all threads. Idempotent.
  void Stop();

  engine::EngineStats engine_stats() const;  // not after Stop

 private:
  struct Impl;
  explicit Worker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lemma::worker
