// The chats of one run: asked, listened to, left. Whoever runs it waits here for what they say.
#pragma once

#include <boost/json/object.hpp>
#include <condition_variable>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/thread_annotations.h"
#include "common/net/http_server.h"
#include "service/solve/asked_chat.h"

namespace lemma::solve {

// Ask, Leave and Stop are for the run's thread; Close is for any.
class ChatDesk {
 public:
  // `front_door` answers a request as the server answers a client's. `client`: whose key and trace
  // the chats carry. `id`: of the run; a chat's request id begins with it.
  ChatDesk(net::HttpHandler front_door, const net::HttpRequest& client, std::string id);
  ~ChatDesk();  // leaves all

  // POST /v1/chat/completions; returns its number.
  int Ask(const boost::json::object& body);
  void Leave(int chat);
  void LeaveAll();
  // Some samples of a chat shall end. Only a Lemma worker knows how: with others they go on.
  void Stop(int chat, int sample);

  // The next news of chats that were not left; nothing at that time, or when closed. A chat that
  // says more than kQueueBytesMax while nobody waits is left, as one whose answer broke off.
  std::optional<ChatNews> Wait(TimePoint until);
  // Nobody waits for the run any more: Wait returns at once from now on.
  void Close();
  bool is_closed();

  // Of all chats: a run may be long at its programs, and what answers chats never waits. Far more
  // than samples say in that time, logprobs included.
  static constexpr size_t kQueueBytesMax = 64 << 20;

 private:
  struct Queue {
    Mutex mutex;
    std::condition_variable_any arrived;
    std::deque<ChatNews> news LEMMA_GUARDED_BY(mutex);
    size_t n_bytes LEMMA_GUARDED_BY(mutex) = 0;  // of these
    bool is_closed LEMMA_GUARDED_BY(mutex) = false;
  };
  net::HttpRequest Request(std::string target, const boost::json::object& body,
                           const std::string& request_id) const;
  std::optional<ChatNews> Next(TimePoint until);
  std::string RequestIdOf(int chat) const { return ChatId(id_, chat); }

  const net::HttpHandler front_door_;
  const std::vector<net::Header> headers_;
  const std::string peer_;
  const std::string id_;
  const std::shared_ptr<Queue> queue_;  // chats that were left may outlive the run
  std::vector<std::shared_ptr<AskedChat>> chats_;
};

}  // namespace lemma::solve
