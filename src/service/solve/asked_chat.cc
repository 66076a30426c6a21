#include "service/solve/asked_chat.h"

#include <string_view>
#include <utility>

#include "common/base/error_body.h"

namespace lemma::solve {
namespace {

constexpr std::string_view kForKey = "own:";
constexpr std::string_view kChatMark = ".c";

}  // namespace

std::string OwnPeerFor(const std::string& key_id) { return std::string(kForKey) + key_id; }

std::optional<std::string> KeyOfOwn(const net::HttpRequest& request) {
  if (!request.peer.starts_with(kForKey)) return std::nullopt;
  return request.peer.substr(kForKey.size());
}

bool IsOwn(const net::HttpRequest& request) {
  return request.peer == kOwnPeer || KeyOfOwn(request);
}

std::string ChatId(const std::string& run, int chat) {
  return run + std::string(kChatMark) + std::to_string(chat);
}

std::string RunOfOwn(const net::HttpRequest& request) {
  const std::string_view id = request.header("x-request-id");
  const size_t mark = id.rfind(kChatMark);
  if (!IsOwn(request) || mark == id.npos) return "";
  return std::string(id.substr(0, mark));
}

AskedChat::AskedChat(int chat, net::HttpRequest request, Tell tell)
    : chat_(chat), request_(std::move(request)), tell_(std::move(tell)) {}

// As the server answers an exchange that is dropped.
AskedChat::~AskedChat() {
  MutexLock lock(mutex_);
  if (stage_ == Stage::kComplete) return;
  const Status status(StatusCode::kInternal, "the chat was dropped");
  TellLocked({.chat = chat_,
              .head = net::HttpResponse::Json(HttpStatusOf(status), ErrorBody(status)),
              .events = {},
              .has_ended = true});
}

void AskedChat::Leave() {
  std::function<void()> callback;
  {
    MutexLock lock(mutex_);
    if (std::exchange(has_left_, true) || stage_ == Stage::kComplete) return;
    callback = std::exchange(on_closed_, nullptr);
  }
  if (callback) callback();
}

void AskedChat::Send(net::HttpResponse response) {
  MutexLock lock(mutex_);
  if (stage_ != Stage::kFresh) return;
  stage_ = Stage::kComplete;
  TellLocked({.chat = chat_, .head = std::move(response), .events = {}, .has_ended = true});
}

void AskedChat::Start(net::HttpResponse response) {
  MutexLock lock(mutex_);
  if (stage_ != Stage::kFresh) return;
  stage_ = Stage::kStreaming;
  std::vector<net::SseParser::Event> events = parser_.Push(std::exchange(response.body, ""));
  TellLocked({.chat = chat_, .head = std::move(response), .events = std::move(events)});
}

void AskedChat::Write(std::string chunk) {
  MutexLock lock(mutex_);
  if (stage_ != Stage::kStreaming) return;
  std::vector<net::SseParser::Event> events = parser_.Push(chunk);
  if (!events.empty()) TellLocked({.chat = chat_, .head = {}, .events = std::move(events)});
}

void AskedChat::Finish() {
  MutexLock lock(mutex_);
  if (stage_ != Stage::kStreaming) return;
  stage_ = Stage::kComplete;
  TellLocked({.chat = chat_, .head = {}, .events = {}, .has_ended = true});
}

void AskedChat::Abort() { Finish(); }

bool AskedChat::closed() const {
  MutexLock lock(mutex_);
  return has_left_;
}

void AskedChat::OnClosed(std::function<void()> callback) {
  {
    MutexLock lock(mutex_);
    if (stage_ == Stage::kComplete) return;
    if (!has_left_) {
      on_closed_ = std::move(callback);
      return;
    }
  }
  callback();
}

void AskedChat::TellLocked(ChatNews news) {
  if (!has_left_) tell_(std::move(news));
}

}  // namespace lemma::solve
