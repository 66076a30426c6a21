// The requests that run now, for people to see and to end, and those beside them that end with
// their keys. Cheap for the requests: what a token changes is one atomic, and names change behind a
// lock of the request's own.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/thread_annotations.h"

namespace lemma::gateway {

enum class LiveState { kQueued, kPrefill, kThinking, kAnswer };
const char* NameOf(LiveState state);  // "queued", ...

// Who ends a request before its end.
enum class CancelCause { kOperator, kRevokedKey };

struct LiveView {
  std::string id;       // of its row in the request log
  std::string key_id;   // "": without a key
  std::string profile;  // these three: "" until they are known
  std::string model;
  std::string replica;
  int64_t started_ms = 0;  // Unix time
  LiveState state = LiveState::kQueued;
  int64_t n_tokens = 0;  // of the completion, so far; of an answer that is not streamed 0
  bool is_cancelled = false;
};

class LiveRequests;

// One of them, from its arrival until it is dropped. Thread-safe.
class LiveRequest {
 public:
  ~LiveRequest();

  void SetKey(const std::string& key_id);
  void SetProfile(const std::string& profile);
  void SetModel(const std::string& model);
  void SetReplica(const std::string& replica);
  void SetState(LiveState state) { state_ = state; }
  void SetTokens(int64_t n) { n_tokens_ = n; }

  // What ends it, called once from any thread; at once where it has been cancelled already.
  void OnCancel(std::function<void()> end);
  void Cancel(CancelCause cause);  // the first one's counts
  bool is_cancelled() const { return is_cancelled_; }
  CancelCause cancel_cause() const { return cause_; }  // once it is cancelled

  LiveView View() const;

 private:
  friend class LiveRequests;
  LiveRequest(LiveRequests& all, std::string id, int64_t started_ms, bool is_shown)
      : all_(all), id_(std::move(id)), started_ms_(started_ms), is_shown_(is_shown) {}

  LiveRequests& all_;
  const std::string id_;
  const int64_t started_ms_;
  const bool is_shown_;
  std::atomic<LiveState> state_ = LiveState::kQueued;
  std::atomic<int64_t> n_tokens_ = 0;
  std::atomic<bool> is_cancelled_ = false;
  std::atomic<CancelCause> cause_ = CancelCause::kOperator;
  mutable Mutex mutex_;
  LiveView names_ LEMMA_GUARDED_BY(mutex_);  // these of its members alone
  std::function<void()> end_ LEMMA_GUARDED_BY(mutex_);
};

// Thread-safe. Outlives its requests.
class LiveRequests {
 public:
  // `id` is unique. `is_shown`: it is one for a model; others (a run of /v1/solve, who follows a
  // job) are in no list.
  std::shared_ptr<LiveRequest> Enter(std::string id, int64_t started_ms, bool is_shown = true);

  std::vector<LiveView> List() const;  // the oldest first
  // The one with that x-request-id, of that key; the oldest, where a client has given it twice.
  std::optional<LiveView> Find(const std::string& request_id, const std::string& key_id) const;
  // Its client gets an error, and the worker stops within a step. False: it does not run here.
  bool Cancel(const std::string& id, CancelCause cause = CancelCause::kOperator);
  // Ends all that these keys have, shown or not: the oldest first, so a run before what it asks.
  // Those that were not ended before.
  std::vector<LiveView> EndRevoked(const std::set<std::string>& key_ids);

 private:
  friend class LiveRequest;
  // Requests come and go under one lock in so many: they do not wait for each other, or for List.
  static constexpr size_t kShards = 16;
  struct Shard {
    mutable Mutex mutex;
    std::unordered_map<std::string, std::weak_ptr<LiveRequest>> requests LEMMA_GUARDED_BY(mutex);
  };
  Shard& ShardOf(const std::string& id);
  std::vector<std::shared_ptr<LiveRequest>> Running() const;
  void Leave(const std::string& id);

  std::array<Shard, kShards> shards_;
};

}  // namespace lemma::gateway
