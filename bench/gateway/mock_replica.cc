#include "mock_replica.h"

#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <string_view>
#include <thread>
#include <utility>

#include "common/base/thread_annotations.h"
#include "common/net/http_server.h"
#include "common/net/sse.h"

namespace lemma::bench {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kContent = R"("content":")";
constexpr const char* kWhole =
    R"({"id":"chatcmpl-mock","object":"chat.completion","created":1,"model":"mock","choices":[)"
    R"({"index":0,"message":{"role":"assistant","content":"47 * 36 = 1692"},)"
    R"("finish_reason":"stop"}],"usage":{"prompt_tokens":500,"completion_tokens":12,)"
    R"("total_tokens":512}})";
constexpr const char* kModels =
    R"({"object":"list","data":[{"id":"mock","object":"model","owned_by":"bench"}]})";
constexpr const char* kFinish =
    R"({"id":"chatcmpl-mock","object":"chat.completion.chunk","created":1,"model":"mock",)"
    R"("choices":[{"index":0,"delta":{},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":500,"completion_tokens":60,"total_tokens":560}})";

std::string Frame(int number) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return net::SseEvent(fmt::format(
      R"({{"id":"chatcmpl-mock","object":"chat.completion.chunk","created":1,"model":"mock",)"
      R"("choices":[{{"index":0,"delta":{{"content":"{} {}"}},"finish_reason":null}}]}})",
      number, std::chrono::nanoseconds(now).count()));
}

// One stream; lives in its own timer's callbacks.
class FrameStream : public std::enable_shared_from_this<FrameStream> {
 public:
  FrameStream(asio::io_context& io, std::shared_ptr<net::HttpExchange> exchange, const Pace& pace)
      : exchange_(std::move(exchange)), pace_(pace), timer_(io) {}

  void Begin() {
    exchange_->Start({200, {{"Content-Type", "text/event-stream"}}, ""});
    due_ = std::chrono::steady_clock::now();
    Next();
  }

 private:
  void Next() {
    if (exchange_->closed()) return;
    if (number_ == pace_.n_frames) {
      exchange_->Write(net::SseEvent(kFinish) + net::SseEvent("[DONE]"));
      return exchange_->Finish();
    }
    exchange_->Write(Frame(number_++));
    due_ += pace_.frame;
    timer_.expires_at(due_);
    timer_.async_wait([self = shared_from_this()](const auto& error) {
      if (!error) self->Next();
    });
  }

  const std::shared_ptr<net::HttpExchange> exchange_;
  const Pace pace_;
  asio::steady_timer timer_;
  TimePoint due_;
  int number_ = 0;
};

class PacedReplica final : public MockReplica {
 public:
  ~PacedReplica() override {
    server_.reset();
    io_.stop();
    thread_.join();
  }

  Status Listen() {
    net::HttpServerLimits limits;
    limits.connections_max = 16384;
    LEMMA_ASSIGN_OR_RETURN(
        server_, net::HttpServer::Start("127.0.0.1:0", /*n_threads=*/1, limits,
                                        [this](std::shared_ptr<net::HttpExchange> exchange) {
                                          Answer(std::move(exchange));
                                        }));
    return Ok();
  }

  std::string address() const override { return server_->address(); }

  void SetPace(const Pace& pace) override {
    const MutexLock lock(mutex_);
    pace_ = pace;
  }

 private:
  Pace pace() {
    const MutexLock lock(mutex_);
    return pace_;
  }

  void Answer(std::shared_ptr<net::HttpExchange> exchange) {
    const net::HttpRequest& request = exchange->request();
    if (request.path == "/v1/models") {
      return exchange->Send(net::HttpResponse::Json(200, kModels));
    }
    if (request.method == "GET") return exchange->Send(net::HttpResponse::Json(200, "{}"));
    const Pace now = pace();
    if (request.body.find(R"("stream":true)") != std::string::npos) {
      return asio::post(
          io_, [stream = std::make_shared<FrameStream>(io_, exchange, now)] { stream->Begin(); });
    }
    if (now.answer == Duration{}) return exchange->Send(net::HttpResponse::Json(200, kWhole));
    const auto timer = std::make_shared<asio::steady_timer>(io_, now.answer);
    timer->async_wait(
        [timer, exchange](const auto&) { exchange->Send(net::HttpResponse::Json(200, kWhole)); });
  }

  Mutex mutex_;
  Pace pace_ LEMMA_GUARDED_BY(mutex_);
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
  std::thread thread_{[this] { io_.run(); }};
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace

FrameStamp ReadFrameStamp(const std::string& event_data) {
  const size_t at = event_data.find(kContent);
  if (at == std::string::npos) return {};
  const char* const end = event_data.data() + event_data.size();
  FrameStamp stamp;
  int64_t sent_ns = 0;
  const auto number = std::from_chars(event_data.data() + at + kContent.size(), end, stamp.number);
  if (number.ec != std::errc() || number.ptr == end) return {};
  std::from_chars(number.ptr + 1, end, sent_ns);
  stamp.sent = TimePoint(std::chrono::nanoseconds(sent_ns));
  return stamp;
}

Result<std::unique_ptr<MockReplica>> MockReplica::Start() {
  auto replica = std::make_unique<PacedReplica>();
  LEMMA_RETURN_IF_ERROR(replica->Listen());
  return std::unique_ptr<MockReplica>(std::move(replica));
}

}  // namespace lemma::bench
