// One chat that a run asks of its own server (or what a job asks of it): a request that comes
// through the front door as any client's does, but over no socket. So keys, limits, profiles,
// routing and the log are the same.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/thread_annotations.h"
#include "common/net/http_server.h"
#include "common/net/sse.h"

namespace lemma::solve {

// The HttpRequest::peer of what a server asks of itself. No socket gives such a one, so it is to be
// trusted: a request that a client presents its key with,
inline constexpr const char* kOwnPeer = "solve";
// and one for somebody who is not there, by the id of an API key ("": without one).
std::string OwnPeerFor(const std::string& key_id);
// The id of that key; nullopt: it is no such request.
std::optional<std::string> KeyOfOwn(const net::HttpRequest& request);
bool IsOwn(const net::HttpRequest& request);  // either of the two

// What the chat of a run is called in the logs: the run's id and the chat's number.
std::string ChatId(const std::string& run, int chat);
// The run's id; "": it is no such request.
std::string RunOfOwn(const net::HttpRequest& request);

// What has come of an answer.
struct ChatNews {
  int chat = 0;                               // which one, as it was made
  std::optional<net::HttpResponse> head;      // of a stream; has_ended with it: a whole answer
  std::vector<net::SseParser::Event> events;  // of a stream
  bool has_ended = false;                     // the last news
};

class AskedChat final : public net::HttpExchange {
 public:
  // `tell` is called on the thread that answers, one at a time, the last time with has_ended; it
  // must not block.
  using Tell = std::function<void(ChatNews)>;
  AskedChat(int chat, net::HttpRequest request, Tell tell);
  ~AskedChat() override;

  // Nobody wants the answer any more: what computes it ends. No news comes after it.
  void Leave();

  const net::HttpRequest& request() const override { return request_; }
  void Send(net::HttpResponse response) override;
  void Start(net::HttpResponse response) override;
  void Write(std::string chunk) override;
  void Finish() override;
  void Abort() override;
  bool closed() const override;
  void OnClosed(std::function<void()> callback) override;

 private:
  enum class Stage { kFresh, kStreaming, kComplete };
  void TellLocked(ChatNews news) LEMMA_REQUIRES(mutex_);

  const int chat_;
  const net::HttpRequest request_;
  const Tell tell_;
  mutable Mutex mutex_;
  Stage stage_ LEMMA_GUARDED_BY(mutex_) = Stage::kFresh;
  bool has_left_ LEMMA_GUARDED_BY(mutex_) = false;
  std::function<void()> on_closed_ LEMMA_GUARDED_BY(mutex_);
  net::SseParser parser_ LEMMA_GUARDED_BY(mutex_);
};

}  // namespace lemma::solve
