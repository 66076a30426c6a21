// What one request costs its key, and how it went. It ends once, whichever way the request ends:
// then its limits are settled and its row is logged.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "service/access/limiter.h"
#include "service/gateway/door.h"
#include "service/gateway/generation_body.h"
#include "service/gateway/key_lanes.h"
#include "service/store/request_log.h"

namespace lemma::gateway {

// Where accounts end. Outlives them.
struct Books {
  KeyLanes& lanes;
  store::RequestLog* log = nullptr;  // null: rows are not kept
};

// Goes from thread to thread with its request, one at a time.
class Account {
 public:
  // The request arrives now. `id`: of its row, unique.
  Account(const Books& books, std::string id, bool is_logged);

  const KeyPtr& key() const { return key_; }
  void SetKey(KeyPtr key);
  void SetProfile(const std::string& profile) { record_.profile = profile; }
  void SetReplica(const std::string& name) { record_.replica = name; }
  void SetQueueWait(Duration wait);
  void SetPrompt(const std::string& body);  // as the client sent it; kept for keys that want it

  // It was admitted, and may use `claim`.
  void Hold(access::Reservation reservation, const TokenClaim& claim);

  // From the worker's answer: its usage as JSON, up to here or of the whole; who answered, and how
  // it ended.
  void SetUsage(std::string_view usage_json);
  std::optional<int64_t> tokens_told() const;  // by that usage, so far
  void CountPiece() { ++n_pieces_; }
  void SetModel(std::string_view name);
  void SetFinishReason(std::string_view reason);

  void BeginAnswer(int http_status);  // its first byte is sent now
  void Sent(std::string_view bytes);  // kept for keys that want it
  // The first call counts. 499: the client left before an answer began.
  void End(int http_status, bool is_complete);

 private:
  int64_t TokensUsed(int http_status, bool is_complete) const;
  int64_t MillisecondsSoFar() const;
  bool keeps_content() const { return key_ != nullptr && key_->spec.keeps_content; }

  const Books& books_;
  const bool is_logged_;
  const TimePoint arrived_at_ = std::chrono::steady_clock::now();
  KeyPtr key_;
  store::RequestRecord record_;
  bool is_held_ = false;
  access::Reservation reservation_;
  TokenClaim claim_;
  bool has_usage_ = false;
  int64_t n_pieces_ = 0;  // of text, streamed
  bool has_ended_ = false;
};

}  // namespace lemma::gateway
