#include "service/evaluations/front_door.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "service/access/evaluation_key.h"
#include "service/solve/asked_chat.h"

namespace lemma::evaluations {
namespace {

struct Waiting {
  std::mutex mutex;
  std::condition_variable_any heard;
  bool has_ended = false;
  std::optional<net::HttpResponse> whole;
};

}  // namespace

Result<net::HttpResponse> AskFrontDoor(const net::HttpHandler& front_door, net::HttpRequest request,
                                       const std::stop_token& stop) {
  request.path = request.target;
  request.peer = solve::OwnPeerFor(access::kEvaluationKeyId);
  const auto waiting = std::make_shared<Waiting>();
  auto chat =
      std::make_shared<solve::AskedChat>(0, std::move(request), [waiting](solve::ChatNews news) {
        if (!news.has_ended) return;
        const std::lock_guard lock(waiting->mutex);
        waiting->has_ended = true;
        waiting->whole = std::move(news.head);
        waiting->heard.notify_all();
      });
  // Not held here: an exchange that the server drops has to say so.
  const std::weak_ptr<solve::AskedChat> asked = chat;
  front_door(std::move(chat));
  std::unique_lock lock(waiting->mutex);
  waiting->heard.wait(lock, stop, [&] { return waiting->has_ended; });
  if (!waiting->has_ended) {
    lock.unlock();
    if (const auto left = asked.lock()) left->Leave();
    return Status(StatusCode::kCancelled, "the evaluation was stopped");
  }
  if (!waiting->whole) return DataLoss("the answer is a stream, which was not asked for");
  return std::move(*waiting->whole);
}

}  // namespace lemma::evaluations
