#include "service/gateway/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/random_id.h"
#include "common/net/request_id.h"
#include "service/gateway/errors.h"

namespace lemma::gateway {

namespace {

constexpr int kClientLeft = 499;

double Milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// The request id where it is ours; a client's own need not be unique.
std::string RowId(const net::HttpRequest& request, const std::string& request_id) {
  return request.header("x-request-id") == request_id ? request_id + "." + RandomHex() : request_id;
}

}  // namespace

Reply::Reply(std::shared_ptr<net::HttpExchange> exchange, std::string route, Metrics& metrics,
             const Books& books, RequestUse use)
    : exchange_(std::move(exchange)),
      route_(std::move(route)),
      metrics_(metrics),
      arrived_at_(std::chrono::steady_clock::now()),
      request_id_(net::RequestIdOf(exchange_->request())),
      account_(books, RowId(exchange_->request(), request_id_), exchange_->request(), route_, use) {
}

// The server answers 500 for an exchange that is dropped.
Reply::~Reply() {
  const int http_status = http_status_ != 0 ? http_status_ : (closed() ? kClientLeft : 500);
  account_.End(http_status, /*is_complete=*/false);
}

void Reply::AddHeader(std::string name, std::string value) {
  headers_.push_back({std::move(name), std::move(value)});
}

void Reply::SetProfile(const std::string& name, const reason::TaskProfile* used) {
  AddHeader("x-lemma-profile", name);
  if (used != nullptr) AddHeader("x-lemma-profile-version", std::to_string(used->version));
  account_.SetProfile(name, used);
}

void Reply::AddQueueWait(Duration wait) {
  queue_wait_ += wait;
  account_.SetQueueWait(queue_wait_);
}

// Settled first: a client that has its answer may ask again at once.
void Reply::Send(net::HttpResponse response) {
  response = Stamp(std::move(response));
  account_.Sent(response.body);
  account_.End(response.status, /*is_complete=*/true);
  exchange_->Send(std::move(response));
}

void Reply::SendError(const Status& status, const std::string& code) {
  Send(ErrorResponse(status, code));
}

void Reply::Start(net::HttpResponse response) {
  response = Stamp(std::move(response));
  account_.BeginStream();
  exchange_->Start(std::move(response));
}

void Reply::Write(std::string chunk) {
  account_.Sent(chunk);
  exchange_->Write(std::move(chunk));
}

void Reply::Finish(std::string last) {
  account_.Sent(last);
  account_.End(http_status_, /*is_complete=*/true);
  exchange_->Write(std::move(last));
  exchange_->Finish();
}

void Reply::Abort() {
  account_.End(http_status_, /*is_complete=*/false);
  exchange_->Abort();
}

void Reply::SendCancelled() {
  account_.EndsCancelled();
  const Status why = Cancelled(account_.cancel_cause());
  if (http_status_ != 0) return Finish(ErrorEvent(why));
  SendError(why);
}

void Reply::CountAbandoned() {
  metrics_.CountAnswer(route_, kClientLeft);
  account_.End(kClientLeft, /*is_complete=*/false);
}

net::HttpResponse Reply::Stamp(net::HttpResponse response) {
  const Duration overhead =
      std::chrono::steady_clock::now() - arrived_at_ - worker_wait_ - queue_wait_;
  http_status_ = response.status;
  account_.BeginAnswer(response.status);
  metrics_.CountAnswer(route_, response.status);
  metrics_.ObserveOverhead(overhead);
  std::vector<net::Header> own = headers_;
  own.push_back({"x-request-id", request_id_});
  own.push_back({"x-lemma-queue-ms", fmt::format("{:.3f}", Milliseconds(queue_wait_))});
  own.push_back({"x-lemma-overhead-ms", fmt::format("{:.3f}", Milliseconds(overhead))});
  // A replica may be a gateway itself.
  std::erase_if(response.headers, [&](const net::Header& theirs) {
    return std::ranges::any_of(own, [&](const net::Header& ours) {
      return net::EqualsIgnoreCase(ours.name, theirs.name);
    });
  });
  response.headers.insert(response.headers.end(), own.begin(), own.end());
  return response;
}

}  // namespace lemma::gateway
