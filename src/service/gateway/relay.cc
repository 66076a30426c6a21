#include "service/gateway/relay.h"

#include <algorithm>
#include <utility>

#include "common/base/log.h"
#include "common/base/thread_annotations.h"
#include "common/net/sse.h"
#include "service/gateway/errors.h"
#include "service/gateway/routing.h"

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

// May another replica do better? 500, 502: it is broken; 503: it is full or going. What a client
// did wrong, or has no time left for, is the same everywhere.
bool IsServersFault(int http_status) {
  return http_status == 500 || http_status == 502 || http_status == 503;
}

// Lives as long as the client holds its callbacks. All but Begin, OnClientLeft, OnCancelled and
// OnLost runs on the client's thread.
class RelayCall : public std::enable_shared_from_this<RelayCall> {
 public:
  RelayCall(WorkerLink& link, std::shared_ptr<Reply> reply, net::HttpRequest request,
            std::unique_ptr<AnswerMapper> mapper)
      : slot_(link),
        link_(link),
        reply_(std::move(reply)),
        request_(std::move(request)),
        routing_(PrepareForPool(request_)),
        mapper_(std::move(mapper)) {}

  void Begin() {
    if (!slot_.has_room()) {
      return reply_->SendError(Unavailable("the service is full"), "overloaded");
    }
    if (const auto refused = link_.pool.RefusedFor(routing_.request_hash)) {
      return reply_->SendError(Quarantined(*refused), "request_quarantined");
    }
    // First: once a replica is asked, the account belongs to the client's thread.
    reply_->account().OnCancel([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->OnCancelled();
    });
    const Status asked = Ask();
    if (!asked.ok()) return reply_->SendError(asked);
    // Weak: the call owns the exchange, and must not be owned by it.
    reply_->OnClosed([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->OnClientLeft();
    });
  }

 private:
  // Sends the request to a replica other than the one that has failed with it.
  Status Ask() {
    LEMMA_ASSIGN_OR_RETURN(
        std::shared_ptr<pool::Lease> lease,
        link_.pool.Acquire({.model = routing_.model,
                            .tokens = routing_.tokens,
                            .conversation = routing_.conversation,
                            .not_on = lease_ ? lease_->target().id : pool::kNoReplica},
                           routing_.request_hash));
    lease_ = std::move(lease);
    reply_->account().SetReplica(lease_->target().replica);
    is_stream_ = is_too_large_ = false;
    whole_ = {};
    int n_asked;
    {
      MutexLock lock(mutex_);
      n_asked = ++n_asked_;
      is_lost_ = false;
      call_.reset();
    }
    lease_->OnLost([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->OnLost();
    });
    net::HttpCallbacks callbacks;
    const auto self = shared_from_this();
    callbacks.on_head = [self](net::HttpResponse head) { self->OnHead(std::move(head)); };
    callbacks.on_body = [self](std::string piece) { self->OnBody(std::move(piece)); };
    callbacks.on_end = [self](Status status) { self->OnEnd(status); };
    const auto call =
        link_.client.Send(lease_->target().address, ForReplica(), std::move(callbacks));
    MutexLock lock(mutex_);
    if (n_asked != n_asked_) return Ok();  // it has failed already, and another one is under way
    call_ = call;
    if (has_client_left_ || is_cancelled_ || is_lost_) call->Cancel();
    return Ok();
  }

  net::HttpRequest ForReplica() const {
    net::HttpRequest request = request_;
    const pool::Target& target = lease_->target();
    if (routing_.lacks_model && !target.model.empty()) {
      request.body = WithModel(request.body, target.model);
    }
    if (n_failed_ > 0 && routing_.deadline) request.body = WithDeadline(request.body, TimeLeft());
    request.headers.insert(request.headers.end(), target.headers.begin(), target.headers.end());
    return request;
  }

  Duration TimeLeft() const { return *routing_.deadline - (Now() - begun_at_); }

  void OnClientLeft() {
    MutexLock lock(mutex_);
    has_client_left_ = true;
    if (const auto call = call_.lock()) call->Cancel();
  }

  void OnCancelled() {
    MutexLock lock(mutex_);
    is_cancelled_ = true;
    if (const auto call = call_.lock()) call->Cancel();
  }

  void OnLost() {
    MutexLock lock(mutex_);
    is_lost_ = true;
    if (const auto call = call_.lock()) call->Cancel();
  }

  void OnHead(net::HttpResponse head) {
    reply_->SetWorkerWait(Now() - begun_at_);
    std::erase_if(head.headers, [](const net::Header& header) {
      return net::EqualsIgnoreCase(header.name, "x-request-id");
    });
    is_stream_ = IsEventStream(head);
    if (is_stream_) {
      NameReplica();
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

  void OnEnd(Status status) {
    bool is_lost, is_cancelled;
    {
      MutexLock lock(mutex_);
      is_cancelled = is_cancelled_ && !has_client_left_;
      is_lost = is_lost_ && !has_client_left_ && !is_cancelled_;
    }
    if (status.code() == StatusCode::kCancelled && is_lost) status = DataLoss("it hangs");
    lease_->End(OutcomeOf(status));
    if (is_cancelled && !status.ok()) return reply_->SendCancelled();
    if (status.code() == StatusCode::kCancelled) return EndCancelled();
    // That no worker is there is for the pool to say, once, not for every request.
    if (!status.ok() && status.code() != StatusCode::kUnavailable) {
      LogWarning("gateway: {}: {}: {}", reply_->request_id(), lease_->target().replica,
                 status.message());
    }
    if (is_stream_) return EndStream(status);
    if (MayBeAskedElsewhere(status) && AskAnother()) return;
    EndWhole(status);
  }

  bool MayBeAskedElsewhere(const Status& status) const {
    if (status.code() == StatusCode::kUnavailable) return true;  // nobody has seen it
    if (!routing_.is_repeatable) return false;
    return status.ok() ? IsServersFault(whole_.status) : status.code() == StatusCode::kDataLoss;
  }

  // Nothing has been sent to the client yet.
  bool AskAnother() {
    if (n_failed_++ > 0 || reply_->closed()) return false;
    if (routing_.deadline && TimeLeft() < std::chrono::milliseconds(1)) return false;
    const bool has_other = Ask().ok();
    link_.pool.CountRetry(has_other);
    return has_other;
  }

  pool::Outcome OutcomeOf(const Status& status) const {
    switch (status.code()) {
      case StatusCode::kOk:
        if (whole_.status == 503) return pool::Outcome::kRefused;
        return IsServersFault(whole_.status) ? pool::Outcome::kFailed : pool::Outcome::kAnswered;
      case StatusCode::kCancelled:
        return pool::Outcome::kCancelled;
      case StatusCode::kDataLoss:
        return pool::Outcome::kLost;
      case StatusCode::kUnavailable:
        return pool::Outcome::kUnreachable;
      default:
        return pool::Outcome::kFailed;
    }
  }

  void EndWhole(const Status& status) {
    reply_->SetWorkerWait(Now() - begun_at_);
    NameReplica();
    if (!status.ok()) return reply_->SendError(ForClient(status));
    if (is_too_large_) return reply_->SendError(DataLoss("the worker's answer is too large"));
    Result<net::HttpResponse> mapped = mapper_->MapWhole(std::move(whole_));
    if (!mapped.ok()) return reply_->SendError(mapped.status());
    reply_->Send(std::move(*mapped));
  }

  void NameReplica() { reply_->AddHeader("x-lemma-replica", lease_->target().replica); }

  static Status Quarantined(Duration left) {
    return InvalidArgument(
        fmt::format("this request was being answered when a worker ended, twice; it is refused for "
                    "{} more minutes",
                    std::chrono::ceil<std::chrono::minutes>(left).count()));
  }

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

  static TimePoint Now() { return std::chrono::steady_clock::now(); }

  const InFlightSlot slot_;
  WorkerLink& link_;
  const std::shared_ptr<Reply> reply_;
  net::HttpRequest request_;
  const Routing routing_;
  const std::unique_ptr<AnswerMapper> mapper_;
  const TimePoint begun_at_ = Now();
  std::shared_ptr<pool::Lease> lease_;
  int n_failed_ = 0;  // replicas that failed with it
  bool is_stream_ = false;
  bool is_too_large_ = false;
  net::HttpResponse whole_;
  Mutex mutex_;
  int n_asked_ LEMMA_GUARDED_BY(mutex_) = 0;                    // replicas
  std::weak_ptr<net::HttpCall> call_ LEMMA_GUARDED_BY(mutex_);  // to the last of them
  bool has_client_left_ LEMMA_GUARDED_BY(mutex_) = false;
  bool is_cancelled_ LEMMA_GUARDED_BY(mutex_) = false;  // by an operator
  bool is_lost_ LEMMA_GUARDED_BY(mutex_) = false;       // the replica of the call under way hangs
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
  std::make_shared<RelayCall>(link, std::move(reply), std::move(request), std::move(mapper))
      ->Begin();
}

}  // namespace lemma::gateway
