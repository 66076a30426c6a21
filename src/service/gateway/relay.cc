#include "service/gateway/relay.h"

#include <algorithm>
#include <utility>

#include "common/base/log.h"
#include "common/net/sse.h"
#include "service/gateway/errors.h"

namespace lemma::gateway {
namespace {

// An answer that is not a stream is held whole. Logprobs of a long answer take a few megabytes.
constexpr size_t kWholeBytesMax = 64 << 20;

bool IsEventStream(const net::HttpResponse& head) {
  constexpr std::string_view kType = "text/event-stream";
  return head.status == 200 &&
         net::EqualsIgnoreCase(head.header("content-type").substr(0, kType.size()), kType);
}

// Path and query: an absolute target ("http://host/v1/models?x") names the gateway's host, which is
// not the worker's. The server has checked it, and that it has a path where a worker's route is.
std::string OriginForm(const std::string& target) {
  if (target.starts_with('/')) return target;
  const size_t host = target.find("://");
  const size_t path = host == target.npos ? host : target.find('/', host + 3);
  return path == target.npos ? "/" : target.substr(path);
}

class PassThroughMapper final : public AnswerMapper {
 public:
  Result<net::HttpResponse> MapWhole(net::HttpResponse response) override { return response; }

  std::string MapEvents(std::string_view bytes) override {
    pending_ += bytes;
    size_t end = EndOfLastEvent();
    if (pending_.size() - end > net::SseParser::kEventBytesMax) end = pending_.size();
    std::string whole = pending_.substr(0, end);
    pending_.erase(0, end);
    return whole;
  }

  Result<std::string> EndEvents() override { return std::move(pending_); }

 private:
  size_t EndOfLastEvent() const {
    const size_t lf = pending_.rfind("\n\n");
    const size_t crlf = pending_.rfind("\r\n\r\n");
    return std::max(lf == pending_.npos ? 0 : lf + 2, crlf == pending_.npos ? 0 : crlf + 4);
  }

  std::string pending_;
};

// Counts itself among the calls under way, if there is room.
class InFlightSlot {
 public:
  explicit InFlightSlot(WorkerLink& link) : link_(link) {
    has_room_ = ++link_.n_in_flight <= link_.in_flight_max;
    link_.metrics.SetInFlight(link_.n_in_flight);
  }
  ~InFlightSlot() {
    --link_.n_in_flight;
    link_.metrics.SetInFlight(link_.n_in_flight);
  }
  bool has_room() const { return has_room_; }

 private:
  WorkerLink& link_;
  bool has_room_;
};

// Lives as long as the client holds its callbacks. All but the constructor runs on the client's
// thread.
class RelayCall {
 public:
  RelayCall(WorkerLink& link, std::shared_ptr<Reply> reply, std::unique_ptr<AnswerMapper> mapper)
      : slot_(link), reply_(std::move(reply)), mapper_(std::move(mapper)) {}

  bool has_room() const { return slot_.has_room(); }
  Reply& reply() { return *reply_; }

  void OnHead(net::HttpResponse head) {
    reply_->SetWorkerWait(std::chrono::steady_clock::now() - sent_at_);
    std::erase_if(head.headers, [](const net::Header& header) {
      return net::EqualsIgnoreCase(header.name, "x-request-id");
    });
    is_stream_ = IsEventStream(head);
    if (is_stream_) {
      reply_->Start(std::move(head));
    } else {
      whole_ = std::move(head);
    }
  }

  void OnBody(std::string piece) {
    if (is_stream_) {
      reply_->Write(mapper_->MapEvents(piece));
    } else if (whole_.body.size() + piece.size() <= kWholeBytesMax) {
      whole_.body += piece;
    } else {
      is_too_large_ = true;
    }
  }

  void OnEnd(const Status& status) {
    if (status.code() == StatusCode::kCancelled) return EndCancelled();
    // That no worker is there is for its supervisor to say, once, not for every request.
    if (!status.ok() && status.code() != StatusCode::kUnavailable) {
      LogWarning("gateway: {}: worker: {}", reply_->request_id(), status.message());
    }
    if (is_stream_) return EndStream(status);
    reply_->SetWorkerWait(std::chrono::steady_clock::now() - sent_at_);
    if (!status.ok()) return reply_->SendError(ForClient(status));
    if (is_too_large_) return reply_->SendError(DataLoss("the worker's answer is too large"));
    Result<net::HttpResponse> mapped = mapper_->MapWhole(std::move(whole_));
    if (!mapped.ok()) return reply_->SendError(mapped.status());
    reply_->Send(std::move(*mapped));
  }

 private:
  // What went wrong between gateway and worker, without the worker's address.
  static Status ForClient(const Status& status) {
    switch (status.code()) {
      case StatusCode::kUnavailable:
        return Unavailable("the model is not available at the moment");
      case StatusCode::kDeadlineExceeded:
        return Status(StatusCode::kDeadlineExceeded, "the model took too long to answer");
      default:
        return DataLoss("the model's worker failed before its answer was complete");
    }
  }

  void EndStream(const Status& status) {
    Result<std::string> rest = status.ok() ? mapper_->EndEvents() : ForClient(status);
    if (!rest.ok()) reply_->account().SetFinishReason("error");
    reply_->Finish(rest.ok() ? std::move(*rest) : ErrorEvent(rest.status()));
  }

  // The client has left; or the gateway is being stopped, and then a stream must look cut.
  void EndCancelled() {
    if (is_stream_) return reply_->Abort();
    if (reply_->closed()) return reply_->CountAbandoned();
    reply_->SendError(Unavailable("the service is stopping"));
  }

  const InFlightSlot slot_;
  const std::shared_ptr<Reply> reply_;
  const std::unique_ptr<AnswerMapper> mapper_;
  const TimePoint sent_at_ = std::chrono::steady_clock::now();
  bool is_stream_ = false;
  bool is_too_large_ = false;
  net::HttpResponse whole_;
};

}  // namespace

std::unique_ptr<AnswerMapper> PassThrough() { return std::make_unique<PassThroughMapper>(); }

net::HttpRequest ForWorker(Reply& reply) {
  const net::HttpRequest& from = reply.request();
  net::HttpRequest request;
  request.method = from.method;
  request.target = OriginForm(from.target);
  request.body = from.body;
  // All bodies are JSON, whatever a bare `curl -d` calls them.
  if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  for (const char* name : {"Accept", "traceparent", "tracestate"}) {
    const std::string_view value = from.header(name);
    if (!value.empty()) request.headers.push_back({name, std::string(value)});
  }
  request.headers.push_back({"x-request-id", reply.request_id()});
  // Whose computed prompts it may share. A client's own header of that name is never passed on.
  if (const KeyPtr& key = reply.account().key()) {
    request.headers.push_back({"x-lemma-tenant", key->id});
  }
  return request;
}

void Relay(WorkerLink& link, std::shared_ptr<Reply> reply, net::HttpRequest request,
           std::unique_ptr<AnswerMapper> mapper) {
  const auto relay = std::make_shared<RelayCall>(link, std::move(reply), std::move(mapper));
  if (!relay->has_room()) {
    return relay->reply().SendError(Unavailable("the service is full"), "overloaded");
  }
  net::HttpCallbacks callbacks;
  callbacks.on_head = [relay](net::HttpResponse head) { relay->OnHead(std::move(head)); };
  callbacks.on_body = [relay](std::string piece) { relay->OnBody(std::move(piece)); };
  callbacks.on_end = [relay](Status status) { relay->OnEnd(status); };
  const auto call = link.client.Send(link.address, std::move(request), std::move(callbacks));
  // Weak: the call owns the exchange through its callbacks, and must not be owned by it.
  relay->reply().OnClosed([weak = std::weak_ptr<net::HttpCall>(call)] {
    if (const auto under_way = weak.lock()) under_way->Cancel();
  });
}

}  // namespace lemma::gateway
