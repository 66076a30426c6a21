#include "service/gateway/relay.h"

#include <algorithm>
#include <utility>

#include "common/base/log.h"
#include "common/base/thread_annotations.h"
#include "common/net/sse.h"
#include "service/gateway/errors.h"
#include "service/gateway/replica_answer.h"
#include "service/gateway/routing.h"
#include "service/gateway/span_attributes.h"
#include "service/gateway/told_end.h"
#include "service/gateway/usage_mapper.h"
#include "service/solve/asked_chat.h"

namespace lemma::gateway {
namespace {

// An answer that is not a stream is held whole. Logprobs of a long answer take a few megabytes.
constexpr size_t kWholeBytesMax = 64 << 20;

// What a replica is given on top of a deadline, which it keeps itself where it knows how to: a step
// over a large prompt may take so long.
constexpr std::chrono::milliseconds kDeadlineGrace{2000};

// What a replica is told less than is left: its last bytes pass through threads of two processes
// before the client has them. A fiftieth, but no more than a busy machine needs.
constexpr int kWayBackShare = 50;
constexpr std::chrono::milliseconds kWayBackMax{100};

// Lives as long as the pool's line or the client holds its callbacks. All but Begin, OnPlaced,
// OnClientLeft, OnCancelled and OnLost runs on the thread of the client's call.
class RelayCall : public std::enable_shared_from_this<RelayCall> {
 public:
  RelayCall(WorkerLink& link, std::shared_ptr<Reply> reply, net::HttpRequest request,
            std::unique_ptr<AnswerMapper> mapper, std::string replica)
      : link_(link),
        reply_(std::move(reply)),
        request_(std::move(request)),
        routing_(PrepareForPool(request_, reply_->account().deadline_ms())),
        mapper_(std::move(mapper)),
        replica_(std::move(replica)) {
    link_.metrics.CountInFlight(1);
  }
  ~RelayCall() { link_.metrics.CountInFlight(-1); }
  RelayCall(const RelayCall&) = delete;
  RelayCall& operator=(const RelayCall&) = delete;

  void Begin() {
    if (const auto refused = link_.pool.RefusedFor(routing_.request_hash)) {
      return reply_->SendError(Quarantined(*refused), "request_quarantined");
    }
    // First: once a replica is asked, the account belongs to the thread of that call.
    pays_at_end_ = !routing_.is_stream && reply_->account().pays_for_tokens();
    reply_->account().OnCancel([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->OnCancelled();
    });
    // Weak: the call owns the exchange, and must not be owned by it.
    reply_->OnClosed([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->OnClientLeft();
    });
    if (routing_.waits_in_line) return StandInLine();
    const Status asked = Ask();
    if (!asked.ok()) reply_->SendError(asked);
  }

 private:
  void StandInLine() {
    pool::WaitRequest wait = {.route = Route(),
                              .request_hash = routing_.request_hash,
                              .key_id = reply_->account().key_id(),
                              .weight = reply_->account().weight(),
                              .run = solve::RunOfOwn(reply_->request())};
    // Half of its time is for the answer: with less it would not be the one that was asked for.
    if (routing_.deadline) wait.patience = *routing_.deadline / 2;
    const auto turn =
        link_.pool.Enter(std::move(wait), [self = shared_from_this()](pool::Placement placement) {
          self->OnPlaced(std::move(placement));
        });
    bool has_left, is_cancelled;
    {
      MutexLock lock(mutex_);
      turn_waiting_ = turn;
      has_left = has_client_left_;
      is_cancelled = is_cancelled_;
    }
    if ((has_left || is_cancelled) && turn->Leave()) EndInLine(has_left);
  }

  void OnPlaced(pool::Placement placement) {
    const Duration waited = Now() - begun_at_;
    reply_->AddQueueWait(waited);
    reply_->account().trace().Add("queue", tracing::SpanKind::kInternal, begun_at_, {},
                                  /*has_failed=*/!placement.status.ok());
    if (!placement.status.ok()) {
      const bool is_late = placement.status.code() == StatusCode::kDeadlineExceeded;
      const char* code = is_late ? "queue_timeout" : "overloaded";
      return reply_->SendError(placement.status, placement.is_overload ? code : "");
    }
    turn_ = std::move(placement.turn);
    AskAt(std::move(placement.lease));
  }

  pool::RouteRequest Route() const {
    return {.model = routing_.model,
            .tokens = routing_.tokens,
            .n_open_answers = routing_.n_open_answers,
            .conversation = routing_.conversation,
            .not_on = lease_ ? lease_->target().id : pool::kNoReplica,
            .on = replica_};
  }

  // Sends the request to a replica other than the one that has failed with it.
  Status Ask() {
    LEMMA_ASSIGN_OR_RETURN(std::shared_ptr<pool::Lease> lease,
                           link_.pool.Acquire(Route(), routing_.request_hash));
    AskAt(std::move(lease));
    return Ok();
  }

  void AskAt(std::shared_ptr<pool::Lease> lease) {
    replica_asked_at_ = Now();
    if (!std::exchange(has_asked_, true)) asked_at_ = replica_asked_at_;
    replica_span_ = tracing::RequestTrace::NewSpanId();
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
      asked_ = lease_;
      asked_span_ = replica_span_;
    }
    lease_->OnLost([weak = weak_from_this(), n_asked] {
      if (const auto self = weak.lock()) self->OnLost(n_asked);
    });
    net::HttpCallbacks callbacks;
    const auto self = shared_from_this();
    callbacks.on_head = [self](net::HttpResponse head) { self->OnHead(std::move(head)); };
    callbacks.on_body = [self](std::string piece) { self->OnBody(std::move(piece)); };
    callbacks.on_end = [self](Status status) { self->OnEnd(status); };
    std::optional<Duration> time_max;
    if (routing_.deadline) time_max = TimeLeft() + kDeadlineGrace;
    const auto call =
        link_.client.Send(lease_->target().address, ForReplica(), std::move(callbacks), time_max);
    MutexLock lock(mutex_);
    if (n_asked != n_asked_) return;  // it has failed already, and another one is under way
    call_ = call;
    if (is_lost_) return call->Cancel();
    if (is_cancelled_ || has_client_left_) EndUnread(call);
  }

  net::HttpRequest ForReplica() const {
    net::HttpRequest request = request_;
    const pool::Target& target = lease_->target();
    BodyAdditions told;
    if (routing_.lacks_model) told.model = target.model;
    const bool is_open = routing_.n_open_answers > 0 && !target.bounds_answers;
    if (is_open) told.max_tokens = reply_->account().AnswerTokensIn(target.context_tokens);
    if (routing_.deadline && generates()) {
      const Duration way_back = std::min<Duration>(*routing_.deadline / kWayBackShare, kWayBackMax);
      told.deadline = TimeLeft() - way_back;
    }
    request.body = WithAdditions(request.body, told);
    request.headers.push_back(
        {"traceparent", reply_->account().trace().Traceparent(replica_span_)});
    request.headers.insert(request.headers.end(), target.headers.begin(), target.headers.end());
    return request;
  }

  bool generates() const { return routing_.request_hash != 0; }
  Duration TimeLeft() const { return *routing_.deadline - (Now() - reply_->arrived_at()); }

  void OnClientLeft() {
    std::shared_ptr<pool::Turn> turn;
    {
      MutexLock lock(mutex_);
      has_client_left_ = true;
      if (const auto call = call_.lock()) EndUnread(call);
      turn = turn_waiting_.lock();
    }
    if (turn != nullptr && turn->Leave()) EndInLine(/*has_left=*/true);
  }

  // A stream has told what it used so far.
  void EndUnread(const std::shared_ptr<net::HttpCall>& call) LEMMA_REQUIRES(mutex_) {
    if (!pays_at_end_) return call->Cancel();
    EndTelling(link_.client, asked_->target(), asked_span_, call);
  }

  void EndInLine(bool has_left) { has_left ? EndCancelled() : reply_->SendCancelled(); }
  void OnCancelled() {
    std::shared_ptr<pool::Turn> turn;
    {
      MutexLock lock(mutex_);
      is_cancelled_ = true;
      if (const auto call = call_.lock()) EndUnread(call);
      turn = turn_waiting_.lock();
    }
    if (turn != nullptr && turn->Leave()) EndInLine(/*has_left=*/false);
  }

  // It may come late, when that one has failed and another replica is asked.
  void OnLost(int n_asked) {
    MutexLock lock(mutex_);
    if (n_asked != n_asked_) return;
    is_lost_ = true;
    if (const auto call = call_.lock()) call->Cancel();
  }

  void OnHead(net::HttpResponse head) {
    reply_->SetWorkerWait(Now() - asked_at_);
    is_stream_ = IsEventStream(head);
    if (!is_stream_) {
      whole_ = std::move(head);
    } else if (!std::exchange(has_begun_, true)) {
      NameReplica();
      reply_->Start(std::move(head));
    }
  }

  void OnBody(std::string piece) {
    if (is_stream_) {
      has_said_ |= !IsComments(piece);
      reply_->Write(mapper_->MapEvents(piece));
    } else if (whole_.body.size() + piece.size() <= kWholeBytesMax) {
      whole_.body += piece;
    } else {
      is_too_large_ = true;
    }
  }

  void OnEnd(Status status) {
    bool is_lost, is_cancelled, is_unread;
    {
      MutexLock lock(mutex_);
      is_unread = has_client_left_ && !is_stream_;
      is_cancelled = is_cancelled_ && !has_client_left_;
      is_lost = is_lost_ && !has_client_left_ && !is_cancelled_;
    }
    if (status.code() == StatusCode::kCancelled && is_lost) status = DataLoss("it hangs");
    if (status.ok() && !is_stream_) {
      reply_->account().SetUsage(FindUsage(whole_.body).value);
      status = CheckConfigured(whole_, generates());
    }
    AddReplicaSpan(status);
    const bool may_ask_another = !has_said_ && MayBeAskedElsewhere(status);
    if (!may_ask_another) SettleTurn(status);  // before its room is given to the next one
    lease_->End(OutcomeOf(status));
    const bool ends_cancelled = is_cancelled && !(status.ok() && is_stream_);
    if (ends_cancelled || status.code() == StatusCode::kCancelled || is_unread) {
      SettleTurn(status);
      return ends_cancelled ? reply_->SendCancelled() : EndCancelled();
    }
    // That no worker is there is for the pool to say, once, not for every request.
    if (!status.ok() && status.code() != StatusCode::kUnavailable) {
      LogWarning(reply_->log_subject(), "gateway: {}: {}", lease_->target().replica,
                 status.message());
    }
    if (may_ask_another && AskAnother()) return;
    SettleTurn(status);
    has_begun_ ? EndStream(status) : EndWhole(status);
  }

  void AddReplicaSpan(const Status& status) {
    const bool has_failed = !status.ok() || whole_.status >= 500;
    const std::string error = status.ok() ? "" : StatusCodeName(status.code());
    reply_->account().trace().Add("replica", tracing::SpanKind::kClient, replica_asked_at_,
                                  ReplicaAttributes(lease_->target().replica, request_.target,
                                                    status.ok() ? whole_.status : 0, error),
                                  has_failed, replica_span_);
  }

  // A server that tells no usage is charged all that it might use; one that failed, nothing.
  void SettleTurn(const Status& status) {
    if (turn_ == nullptr) return;
    std::optional<int64_t> used = reply_->account().tokens_told();
    const bool is_answered =
        status.ok() ? is_stream_ || whole_.status == 200 : reply_->account().n_pieces() > 0;
    if (!used && !is_answered) used = 0;
    turn_->Settle(used);
  }

  bool IsLate(const Status& status) const {
    return status.code() == StatusCode::kDeadlineExceeded && routing_.deadline &&
           TimeLeft() <= Duration{};
  }

  bool MayBeAskedElsewhere(const Status& status) const {
    // Nobody has seen it, or done anything with it.
    if (status.code() == StatusCode::kUnavailable) return true;
    if (status.code() == StatusCode::kPermissionDenied) return true;
    if (!routing_.is_repeatable) return false;
    if (status.ok()) return IsServersFault(whole_.status);
    const bool is_silent = status.code() == StatusCode::kDeadlineExceeded && !IsLate(status);
    return is_silent || status.code() == StatusCode::kDataLoss;
  }

  // Nothing has been said to the client yet.
  bool AskAnother() {
    if (n_failed_++ > 0 || reply_->closed()) return false;
    if (routing_.deadline && TimeLeft() < std::chrono::milliseconds(1)) return false;
    const bool has_other = Ask().ok();
    link_.pool.CountRetry(has_other);
    return has_other;
  }

  pool::Outcome OutcomeOf(const Status& status) const {
    // Not every server knows deadlines: it did nothing wrong.
    if (IsLate(status)) return pool::Outcome::kCancelled;
    return gateway::OutcomeOf(status, whole_.status);
  }

  void EndWhole(const Status& status) {
    reply_->SetWorkerWait(Now() - asked_at_);
    NameReplica();
    if (!status.ok()) return reply_->SendError(ForClient(status), CodeFor(status));
    if (is_too_large_) return reply_->SendError(DataLoss("the worker's answer is too large"));
    Result<net::HttpResponse> mapped = mapper_->MapWhole(std::move(whole_));
    if (!mapped.ok()) return reply_->SendError(mapped.status());
    reply_->Send(std::move(*mapped));
  }

  void NameReplica() { reply_->AddHeader("x-lemma-replica", lease_->target().replica); }

  Status ForClient(const Status& status) const { return WorkerFailure(status, IsLate(status)); }
  const char* CodeFor(const Status& status) const {
    return IsLate(status) ? "deadline_exceeded" : "";
  }

  // A second replica may have refused what the first one had begun, and says why.
  void EndStream(const Status& status) {
    if (status.ok() && !is_stream_) {
      reply_->account().SetFinishReason("error");
      return reply_->Finish(net::SseEvent(whole_.body, "error"));
    }
    Result<std::string> rest = status.ok() ? mapper_->EndEvents() : ForClient(status);
    if (!rest.ok()) reply_->account().SetFinishReason("error");
    reply_->Finish(rest.ok() ? std::move(*rest) : ErrorEvent(rest.status(), CodeFor(status)));
  }

  // The client has left; or the gateway is being stopped, and then a stream must look cut.
  void EndCancelled() {
    if (has_begun_) return reply_->Abort();
    if (reply_->closed()) return reply_->CountAbandoned();
    reply_->SendError(Unavailable("the service is stopping"));
  }

  static TimePoint Now() { return std::chrono::steady_clock::now(); }

  WorkerLink& link_;
  const std::shared_ptr<Reply> reply_;
  net::HttpRequest request_;
  const Routing routing_;
  const std::unique_ptr<AnswerMapper> mapper_;
  const std::string replica_;  // "": any
  const TimePoint begun_at_ = Now();
  bool pays_at_end_ = false;  // for a whole answer's tokens
  bool has_asked_ = false;
  TimePoint asked_at_{};              // the first replica
  TimePoint replica_asked_at_{};      // the last one
  std::string replica_span_;          // the id of what it does
  std::shared_ptr<pool::Turn> turn_;  // of what had to be placed
  std::shared_ptr<pool::Lease> lease_;
  int n_failed_ = 0;        // replicas that failed with it
  bool is_stream_ = false;  // what the last one answers
  bool has_begun_ = false;  // a stream, for the client
  bool has_said_ = false;   // in it, more than comments
  bool is_too_large_ = false;
  net::HttpResponse whole_;
  Mutex mutex_;
  int n_asked_ LEMMA_GUARDED_BY(mutex_) = 0;                     // replicas
  std::weak_ptr<net::HttpCall> call_ LEMMA_GUARDED_BY(mutex_);   // to the last of them
  std::shared_ptr<pool::Lease> asked_ LEMMA_GUARDED_BY(mutex_);  // of it, and the span of it
  std::string asked_span_ LEMMA_GUARDED_BY(mutex_);
  std::weak_ptr<pool::Turn> turn_waiting_ LEMMA_GUARDED_BY(mutex_);
  bool has_client_left_ LEMMA_GUARDED_BY(mutex_) = false;
  bool is_cancelled_ LEMMA_GUARDED_BY(mutex_) = false;  // by an operator
  bool is_lost_ LEMMA_GUARDED_BY(mutex_) = false;       // the replica of the call under way hangs
};

}  // namespace

void Relay(WorkerLink& link, std::shared_ptr<Reply> reply, net::HttpRequest request,
           std::unique_ptr<AnswerMapper> mapper, std::string replica) {
  std::make_shared<RelayCall>(link, std::move(reply), std::move(request), std::move(mapper),
                              std::move(replica))
      ->Begin();
}

}  // namespace lemma::gateway
