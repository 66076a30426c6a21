#include "service/solve/chat_desk.h"

#include <boost/json/serialize.hpp>
#include <utility>

namespace lemma::solve {
namespace {

// So that its chats' ids are no longer than an x-request-id may be.
constexpr size_t kRunIdBytesMax = 120;

std::vector<net::Header> PassedOn(const net::HttpRequest& client) {
  std::vector<net::Header> headers = {{"Content-Type", "application/json"}};
  for (const char* name : {"Authorization", "x-api-key", "traceparent", "tracestate"}) {
    const std::string_view value = client.header(name);
    if (!value.empty()) headers.push_back({name, std::string(value)});
  }
  return headers;
}

size_t BytesOf(const ChatNews& news) {
  size_t n_bytes = sizeof(news) + (news.head ? news.head->body.size() : 0);
  for (const auto& event : news.events) {
    n_bytes += sizeof(event) + event.event.size() + event.data.size();
  }
  return n_bytes;
}

}  // namespace

ChatDesk::ChatDesk(net::HttpHandler front_door, const net::HttpRequest& client, std::string id)
    : front_door_(std::move(front_door)),
      headers_(PassedOn(client)),
      peer_(KeyOfOwn(client) ? client.peer : kOwnPeer),
      id_(id.substr(0, kRunIdBytesMax)),
      queue_(std::make_shared<Queue>()) {}

ChatDesk::~ChatDesk() { LeaveAll(); }

net::HttpRequest ChatDesk::Request(std::string target, const boost::json::object& body,
                                   const std::string& request_id) const {
  net::HttpRequest request;
  request.method = "POST";
  request.path = target;
  request.target = std::move(target);
  request.headers = headers_;
  request.headers.push_back({"x-request-id", request_id});
  request.body = boost::json::serialize(body);
  request.peer = peer_;
  return request;
}

int ChatDesk::Ask(const boost::json::object& body) {
  const int chat = static_cast<int>(chats_.size());
  const auto tell = [queue = queue_, is_broken_off = false](ChatNews news) mutable {
    if (is_broken_off) return;
    MutexLock lock(queue->mutex);
    if (queue->n_bytes + BytesOf(news) > kQueueBytesMax) {
      is_broken_off = true;
      news = {.chat = news.chat, .head = {}, .events = {}, .has_ended = true};
    }
    queue->n_bytes += BytesOf(news);
    queue->news.push_back(std::move(news));
    queue->arrived.notify_one();
  };
  chats_.push_back(std::make_shared<AskedChat>(
      chat, Request("/v1/chat/completions", body, RequestIdOf(chat)), tell));
  front_door_(chats_.back());
  return chat;
}

void ChatDesk::Leave(int chat) {
  if (auto& left = chats_[static_cast<size_t>(chat)]) std::exchange(left, nullptr)->Leave();
}

void ChatDesk::LeaveAll() {
  for (int chat = 0; chat < static_cast<int>(chats_.size()); ++chat) Leave(chat);
}

void ChatDesk::Stop(int chat, int sample) {
  const boost::json::object body = {{"samples", {sample}}};
  front_door_(std::make_shared<AskedChat>(
      chat,
      Request("/v1/requests/" + RequestIdOf(chat) + "/stop", body, RequestIdOf(chat) + ".stop"),
      [](const ChatNews&) {}));
}

std::optional<ChatNews> ChatDesk::Wait(TimePoint until) {
  std::optional<ChatNews> news = Next(until);
  if (news && news->has_ended) Leave(news->chat);  // one that was broken off here still computes
  return news;
}

std::optional<ChatNews> ChatDesk::Next(TimePoint until) {
  MutexLock lock(queue_->mutex);
  for (;;) {
    if (queue_->is_closed) return std::nullopt;
    while (!queue_->news.empty()) {
      ChatNews news = std::move(queue_->news.front());
      queue_->news.pop_front();
      queue_->n_bytes -= BytesOf(news);
      if (chats_[static_cast<size_t>(news.chat)] != nullptr) return news;
    }
    if (queue_->arrived.wait_until(queue_->mutex, until) == std::cv_status::timeout &&
        queue_->news.empty()) {
      return std::nullopt;
    }
  }
}

void ChatDesk::Close() {
  MutexLock lock(queue_->mutex);
  queue_->is_closed = true;
  queue_->arrived.notify_one();
}

bool ChatDesk::is_closed() {
  MutexLock lock(queue_->mutex);
  return queue_->is_closed;
}

}  // namespace lemma::solve
