// What one request costs its key, and how it went. It ends once, whichever way the request ends:
// then its limits are settled and its row is logged.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/net/http.h"
#include "service/access/limiter.h"
#include "service/gateway/door.h"
#include "service/gateway/generation_body.h"
#include "service/gateway/key_lanes.h"
#include "service/gateway/live_requests.h"
#include "service/gateway/metrics.h"
#include "service/reason/task_profile.h"
#include "service/store/request_log.h"
#include "service/tracing/request_trace.h"

namespace lemma::gateway {

// Where accounts end. Outlives them.
struct Books {
  KeyLanes& lanes;
  LiveRequests& live;
  Metrics& metrics;
  store::RequestLog* log = nullptr;        // null: rows are not kept
  tracing::SpanExporter* spans = nullptr;  // null: spans are not kept
};

// What a request is for.
enum class RequestUse {
  kNone,       // it can be ended like any other, and that is all
  kRun,        // it has others asked on its behalf (solve, jobs): a span, above theirs
  kInference,  // it is for a model: seen while it runs, with a row and spans
};

// Goes from thread to thread with its request, one at a time.
class Account {
 public:
  // The request arrives now. `id`: of its row, unique.
  Account(const Books& books, std::string id, const net::HttpRequest& request, std::string route,
          RequestUse use);

  const KeyPtr& key() const { return key_; }
  std::string key_id() const { return key_ == nullptr ? "" : key_->id; }
  double weight() const { return key_ == nullptr ? 1 : access::WeightOf(key_->spec); }  // in line
  int64_t deadline_ms() const { return key_ == nullptr ? 0 : key_->spec.deadline_ms; }  // 0: none
  tracing::RequestTrace& trace() { return trace_; }
  const tracing::RequestTrace& trace() const { return trace_; }
  void SetKey(KeyPtr key);
  // `used`: the profile whose prompt it gets; null: none, `name` says why.
  void SetProfile(const std::string& name, const reason::TaskProfile* used);
  void SetReplica(const std::string& name);
  void SetQueueWait(Duration wait);
  void SetPrompt(const std::string& body);  // as the client sent it; kept for keys that want it

  // It was admitted, and may use `claim`.
  void Hold(access::Reservation reservation, const TokenClaim& claim);
  // Its key pays for the tokens that it uses.
  bool pays_for_tokens() const { return is_held_ && claim_.n_prompt > 0; }
  // What one answer may take of a context of so many tokens, where it pays for tokens and its
  // prompt was counted; else 0. The server may count its template otherwise by some.
  int64_t AnswerTokensIn(int64_t context_tokens) const {
    constexpr int64_t kSlack = 64;
    if (!pays_for_tokens() || claim_.n_counted == 0) return 0;
    const int64_t room = context_tokens - claim_.n_counted - kSlack;
    return std::max<int64_t>(0, std::min(claim_.n_answer, room));
  }

  // From the worker's answer: its usage as JSON, up to here or of the whole; who answered, and how
  // it ended.
  void SetUsage(std::string_view usage_json);
  std::optional<int64_t> tokens_told() const;  // by that usage, so far
  void CountPiece();
  void SetModel(std::string_view name);
  int64_t n_pieces() const { return n_pieces_; }  // of text, streamed
  // "error": it failed after it had begun.
  void SetFinishReason(std::string_view reason);
  void SetPerToken(Duration time) { per_token_ = time; }  // as the worker has measured it
  void SetLooped() { record_.is_looped = true; }
  // The client is shown a piece of thinking; a replica that tells no thinking tokens has made one.
  void CountThinking();
  void BeginText();  // it is shown the answer, from now on at the latest

  // Someone wants it to end: `end` is called, once, from any thread.
  void OnCancel(std::function<void()> end);
  bool is_cancelled() const { return live_ != nullptr && live_->is_cancelled(); }
  CancelCause cancel_cause() const { return live_->cancel_cause(); }  // of one that is cancelled
  // It ends because of that.
  void EndsCancelled() {
    record_.error_reason = cancel_cause() == CancelCause::kRevokedKey ? "revoked" : "cancelled";
  }

  void BeginAnswer(int http_status);  // its first byte is sent now
  void BeginStream();                 // what follows are its events, one by one
  void Sent(std::string_view bytes);  // kept for keys that want it
  // The first call counts. 499: the client left before an answer began.
  void End(int http_status, bool is_complete);

 private:
  void Settle(int64_t n_used);
  void Measure() const;
  int64_t TokensUsed(int http_status, bool is_complete) const;
  int64_t MillisecondsSoFar() const;
  bool has_failed() const { return record_.finish_reason == "error"; }
  bool keeps_content() const { return key_ != nullptr && key_->spec.keeps_content; }

  std::string_view ErrorReason(int http_status, bool is_complete) const;
  Duration PerToken() const;

  const Books& books_;
  const bool is_inference_;
  const bool is_logged_;
  const std::string route_;
  const std::string method_;
  const TimePoint arrived_at_ = std::chrono::steady_clock::now();
  KeyPtr key_;
  store::RequestRecord record_;
  std::shared_ptr<LiveRequest> live_;  // null: it has ended
  tracing::RequestTrace trace_;
  bool is_held_ = false;
  access::Reservation reservation_;
  TokenClaim claim_;
  bool has_usage_ = false;
  TimePoint began_at_{};  // its answer
  bool is_stream_ = false;
  std::optional<Duration> queue_wait_;
  std::optional<Duration> per_token_;
  int64_t n_pieces_ = 0;
  int64_t n_thinking_pieces_ = 0;  // of them
  bool tells_thinking_ = false;
  bool has_ended_ = false;
};

}  // namespace lemma::gateway
