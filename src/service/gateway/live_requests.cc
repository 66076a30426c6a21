#include "service/gateway/live_requests.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/base/random_id.h"

namespace lemma::gateway {

const char* NameOf(LiveState state) {
  switch (state) {
    case LiveState::kQueued:
      return "queued";
    case LiveState::kPrefill:
      return "prefill";
    case LiveState::kThinking:
      return "thinking";
    case LiveState::kAnswer:
      return "answer";
  }
  return "";
}

LiveRequest::~LiveRequest() { all_.Leave(id_); }

void LiveRequest::SetKey(const std::string& key_id) {
  const MutexLock lock(mutex_);
  names_.key_id = key_id;
}

void LiveRequest::SetProfile(const std::string& profile) {
  const MutexLock lock(mutex_);
  names_.profile = profile;
}

void LiveRequest::SetModel(const std::string& model) {
  const MutexLock lock(mutex_);
  names_.model = model;
}

void LiveRequest::SetReplica(const std::string& replica) {
  const MutexLock lock(mutex_);
  names_.replica = replica;
}

void LiveRequest::OnCancel(std::function<void()> end) {
  {
    const MutexLock lock(mutex_);
    if (!is_cancelled_) {
      end_ = std::move(end);
      return;
    }
  }
  end();
}

void LiveRequest::Cancel(CancelCause cause) {
  std::function<void()> end;
  {
    const MutexLock lock(mutex_);
    if (!is_cancelled_) cause_ = cause;
    is_cancelled_ = true;
    end = std::exchange(end_, nullptr);
  }
  if (end) end();
}

LiveView LiveRequest::View() const {
  const MutexLock lock(mutex_);
  LiveView view = names_;
  view.id = id_;
  view.started_ms = started_ms_;
  view.state = state_;
  view.n_tokens = n_tokens_;
  view.is_cancelled = is_cancelled_;
  return view;
}

std::shared_ptr<LiveRequest> LiveRequests::Enter(std::string id, int64_t started_ms,
                                                 bool is_shown) {
  Shard& shard = ShardOf(id);
  std::shared_ptr<LiveRequest> request(new LiveRequest(*this, id, started_ms, is_shown));
  const MutexLock lock(shard.mutex);
  shard.requests[std::move(id)] = request;
  return request;
}

// Held beyond the locks: who drops the last pointer to a request leaves, which takes one.
std::vector<std::shared_ptr<LiveRequest>> LiveRequests::Running() const {
  std::vector<std::shared_ptr<LiveRequest>> running;
  for (const Shard& shard : shards_) {
    const MutexLock lock(shard.mutex);
    for (const auto& [id, request] : shard.requests) {
      if (auto live = request.lock()) running.push_back(std::move(live));
    }
  }
  std::ranges::sort(running, [](const auto& a, const auto& b) {
    return std::tie(a->started_ms_, a->id_) < std::tie(b->started_ms_, b->id_);
  });
  return running;
}

std::vector<LiveView> LiveRequests::List() const {
  std::vector<LiveView> views;
  for (const auto& request : Running()) {
    if (request->is_shown_) views.push_back(request->View());
  }
  return views;
}

std::vector<LiveView> LiveRequests::EndRevoked(const std::set<std::string>& key_ids) {
  std::vector<LiveView> ended;
  for (const auto& request : Running()) {
    LiveView view = request->View();
    if (view.is_cancelled || !key_ids.contains(view.key_id)) continue;
    request->Cancel(CancelCause::kRevokedKey);
    ended.push_back(std::move(view));
  }
  return ended;
}

std::optional<LiveView> LiveRequests::Find(const std::string& request_id,
                                           const std::string& key_id) const {
  for (LiveView& view : List()) {
    // A row's id is the request's, or begins with it (reply.cc).
    const bool has_id =
        view.id == request_id || (view.id.size() == request_id.size() + 1 + kRandomHexDigits &&
                                  view.id.starts_with(request_id + "."));
    if (has_id && view.key_id == key_id) return std::move(view);
  }
  return std::nullopt;
}

bool LiveRequests::Cancel(const std::string& id, CancelCause cause) {
  std::shared_ptr<LiveRequest> request;
  {
    Shard& shard = ShardOf(id);
    const MutexLock lock(shard.mutex);
    const auto found = shard.requests.find(id);
    if (found != shard.requests.end()) request = found->second.lock();
  }
  if (request == nullptr) return false;
  request->Cancel(cause);
  return true;
}

LiveRequests::Shard& LiveRequests::ShardOf(const std::string& id) {
  return shards_[std::hash<std::string>()(id) % kShards];
}

void LiveRequests::Leave(const std::string& id) {
  Shard& shard = ShardOf(id);
  const MutexLock lock(shard.mutex);
  shard.requests.erase(id);
}

}  // namespace lemma::gateway
