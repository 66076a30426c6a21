#include "app/serve_access.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "app/serve_lock.h"
#include "common/base/log.h"
#include "common/net/address.h"
#include "inference/worker/openai_schema.h"
#include "service/access/time_text.h"

namespace lemma::app {
namespace {

// The gateway's lanes, and the threads that poll keys, renew leases, write and shorten the log,
// look at the alerts, the replicas and the load, run jobs, follow them and tell of their end.
constexpr int kConnections = 14;
constexpr std::chrono::hours kRetentionInterval{1};
constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;
constexpr int64_t kMinutesKeptMs = 7 * kDayMs;  // of usage, then hours
constexpr int64_t kLoadKeptMs = 31 * kDayMs;    // what the console draws, and a day

Result<gateway::PromptCounter> LoadCounter(const std::string& model) {
  LEMMA_ASSIGN_OR_RETURN(const model::Checkpoint checkpoint, OpenModel(model));
  LEMMA_ASSIGN_OR_RETURN(text::Tokenizer tokenizer, LoadTokenizer(checkpoint));
  LEMMA_ASSIGN_OR_RETURN(text::ChatTemplate chat_template, LoadChatTemplate(checkpoint));
  return gateway::PromptCounter({.id = checkpoint.id(),
                                 .tokenizer = std::move(tokenizer),
                                 .chat_template = std::move(chat_template),
                                 .context_tokens = checkpoint.config().context_length_max,
                                 .output_tokens_default = worker::GenerationDefaults().max_tokens});
}

}  // namespace

void AddServeAccessOptions(CLI::App& command, ServeAccessOptions& options) {
  command.add_flag("--require-keys", options.requires_keys,
                   "Serve nobody without an API key (lemma key create)");
  AddDataOptions(command, options.data);
  command
      .add_option("--keep-requests", options.keep_requests,
                  "How long the log keeps a row for each request: 12h, 30d")
      ->capture_default_str();
  command
      .add_option("--keep-jobs", options.keep_jobs,
                  "How long a job of /v1/jobs is kept after its end: 12h, 7d")
      ->capture_default_str();
}

Status CheckListen(const std::string& host, const std::string& address, bool requires_keys) {
  LEMMA_ASSIGN_OR_RETURN(const net::Address parsed, net::ParseAddress(address));
  if (requires_keys || net::IsLoopback(parsed)) return Ok();
  return InvalidArgument("--host " + host +
                         ": whoever reaches it could use the model. Add --require-keys (lemma key "
                         "create --name NAME makes a key), or --host 127.0.0.1 for this machine "
                         "alone");
}

Result<std::unique_ptr<ServeAccess>> ServeAccess::Open(const ServeAccessOptions& options,
                                                       const std::string& model) {
  auto opened = std::make_unique<ServeAccess>();
  opened->access_.requires_keys = options.requires_keys;
  const bool may_create = options.requires_keys || IsNamed(options.data);
  if (!may_create && !DataDirectory(options.data).ok()) return opened;
  const Status status = opened->OpenKeys(options, model);
  if (status.code() == StatusCode::kNotFound && !may_create) return opened;
  LEMMA_RETURN_IF_ERROR(status);
  return opened;
}

Result<std::unique_ptr<gateway::StoredReplicas>> ServeAccess::StartReplicas(pool::Pool& pool) {
  if (!replicas_) return std::unique_ptr<gateway::StoredReplicas>();
  return gateway::StoredReplicas::Start(*replicas_, pool);
}

std::unique_ptr<gateway::LoadRecorder> ServeAccess::RecordLoad(
    const std::string& address, const gateway::LoadSources& sources) {
  if (!load_) return nullptr;
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const std::string gateway = std::string(host.data()) + " " + address;
  return std::make_unique<gateway::LoadRecorder>(*load_, gateway, sources, clock_);
}

Status ServeAccess::OpenKeys(const ServeAccessOptions& options, const std::string& model) {
  const auto keep_ms = access::ParseDuration(options.keep_requests);
  LEMMA_RETURN_IF_ERROR(keep_ms.status().WithPrefix("--keep-requests"));
  const auto keep_jobs_ms = access::ParseDuration(options.keep_jobs);
  LEMMA_RETURN_IF_ERROR(keep_jobs_ms.status().WithPrefix("--keep-jobs"));
  const bool may_create = options.requires_keys || IsNamed(options.data);
  LEMMA_ASSIGN_OR_RETURN(store_, OpenStore(options.data, may_create, clock_, kConnections));
  if (!store_.database->is_postgresql()) {
    LEMMA_ASSIGN_OR_RETURN(const std::string file, DatabaseAddress(options.data));
    LEMMA_ASSIGN_OR_RETURN(FileLock lock, TakeServeLock(file));
    serve_lock_.emplace(std::move(lock));
    LEMMA_RETURN_IF_ERROR(memory_limiter_.KeepIn(file + ".limits"));
  }
  LEMMA_ASSIGN_OR_RETURN(counter_, LoadCounter(model));
  LEMMA_ASSIGN_OR_RETURN(keys_, store::KeyCache::Start(*store_.keys, clock_));
  store_limiter_.emplace(*store_.database, clock_);
  log_.emplace(*store_.database);
  usage_.emplace(*store_.database);
  load_.emplace(*store_.database);
  jobs_.emplace(*store_.database, store_.keys->secret(), clock_);
  retention_ = std::make_unique<store::PeriodicTask>(
      kRetentionInterval,
      [log = &*log_, usage = &*usage_, load = &*load_, jobs = &*jobs_, clock = &clock_,
       keep_ms = *keep_ms, keep_jobs_ms = *keep_jobs_ms](const std::stop_token& stop) {
        const Status deleted = log->DeleteBefore(clock->NowMs() - keep_ms, stop);
        if (!deleted.ok()) LogWarning("serve: old requests stay: {}", deleted.message());
        const Status folded = usage->FoldBefore(clock->NowMs() - kMinutesKeptMs, stop);
        if (!folded.ok()) LogWarning("serve: old usage stays in minutes: {}", folded.message());
        const Status forgotten = load->DeleteBefore(clock->NowMs() - kLoadKeptMs);
        if (!forgotten.ok()) LogWarning("serve: old load stays: {}", forgotten.message());
        const Status ended = jobs->DeleteOlder(keep_jobs_ms, stop);
        if (!ended.ok()) LogWarning("serve: old jobs stay: {}", ended.message());
      });
  retention_->RunSoon();  // this process may end before the first interval does
  LEMMA_ASSIGN_OR_RETURN(const auto directory, DataDirectory(options.data));
  LEMMA_ASSIGN_OR_RETURN(secret_, access::KeySecret::Load(directory / kKeySecretFile));
  replicas_.emplace(*store_.database, store_.keys->secret(), clock_);
  alert_watch_.emplace(*store_.database, *secret_, clock_);
  alert_thread_.emplace(*alert_watch_);
  access_.keys = keys_.get();
  if (store_.database->is_postgresql()) {
    access_.lasting_limiter = access_.brief_limiter = &*store_limiter_;
  } else {
    // A file has one gateway (serve_lock.h): what needs no database is counted without it.
    told_limiter_.emplace(*store_limiter_, memory_limiter_);
    access_.lasting_limiter = &*told_limiter_;
    access_.brief_limiter = &memory_limiter_;
  }
  access_.log = &*log_;
  access_.counter = &*counter_;
  access_.jobs = &*jobs_;
  return Ok();
}

}  // namespace lemma::app
