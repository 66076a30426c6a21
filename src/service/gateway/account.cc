#include "service/gateway/account.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "common/base/json.h"
#include "common/text/unicode.h"
#include "service/gateway/span_attributes.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;

constexpr size_t kContentBytesMax = 1 << 20;  // of a prompt, and of an answer, that are kept
constexpr size_t kNameBytesMax = 128;

// What a database takes: whole characters, at most so many bytes.
std::string Storable(std::string_view text, size_t bytes_max) {
  std::string storage;
  return std::string(text::ValidUtf8(text.substr(0, bytes_max), storage));
}

int64_t TokensAt(const json::object& usage, std::string_view name) {
  const json::value* value = usage.if_contains(name);
  if (value == nullptr || !value->is_int64()) return 0;
  return std::clamp<int64_t>(value->get_int64(), 0, access::kRequestTokensMax);
}

int64_t Milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

Account::Account(const Books& books, std::string id, const net::HttpRequest& request,
                 std::string route, RequestUse use)
    : books_(books),
      is_inference_(use == RequestUse::kInference),
      is_logged_(is_inference_ && books.log != nullptr),
      route_(std::move(route)),
      method_(request.method),
      trace_(use == RequestUse::kInference || (use == RequestUse::kRun && method_ == "POST")
                 ? books.spans
                 : nullptr,
             request, route_) {
  record_.id = std::move(id);
  record_.started_ms = SystemUnixClock().NowMs();
  live_ = books.live.Enter(record_.id, record_.started_ms, /*is_shown=*/is_inference_);
}

void Account::SetKey(KeyPtr key) {
  key_ = std::move(key);
  if (key_ != nullptr) record_.key_id = key_->id;
  record_.keeps_content = keeps_content();
  if (live_ != nullptr) live_->SetKey(record_.key_id);
}

void Account::SetProfile(const std::string& name, const reason::TaskProfile* used) {
  record_.profile = name;
  if (used != nullptr) {
    record_.profile_version = used->version;
    record_.task = reason::NameOf(used->task_type);
  }
  if (live_ != nullptr) live_->SetProfile(name);
}

void Account::SetReplica(const std::string& name) {
  record_.replica = name;
  if (live_ == nullptr) return;
  live_->SetReplica(name);
  live_->SetState(LiveState::kPrefill);
}

void Account::SetQueueWait(Duration wait) {
  queue_wait_ = wait;
  record_.queue_ms = Milliseconds(wait);
}

void Account::SetPrompt(const std::string& body) {
  if (is_logged_ && keeps_content()) record_.prompt = Storable(body, kContentBytesMax);
}

void Account::Hold(access::Reservation reservation, const TokenClaim& claim) {
  reservation_ = std::move(reservation);
  is_held_ = true;
  claim_ = claim;
}

void Account::SetUsage(std::string_view usage_json) {
  const Result<json::object> usage = ParseJsonObject(usage_json, "usage");
  if (!usage.ok()) return;
  has_usage_ = true;
  record_.prompt_tokens = TokensAt(*usage, "prompt_tokens");
  record_.completion_tokens = TokensAt(*usage, "completion_tokens");
  const json::value* details = usage->if_contains("completion_tokens_details");
  if (details != nullptr && details->is_object()) {
    tells_thinking_ = details->get_object().contains("reasoning_tokens");
    record_.thinking_tokens = TokensAt(details->get_object(), "reasoning_tokens");
  }
  if (live_ != nullptr) live_->SetTokens(record_.completion_tokens);
}

std::optional<int64_t> Account::tokens_told() const {
  if (!has_usage_) return std::nullopt;
  return record_.prompt_tokens + record_.completion_tokens;
}

void Account::CountPiece() {
  ++n_pieces_;
  if (live_ != nullptr && !has_usage_) live_->SetTokens(n_pieces_);
}

void Account::SetModel(std::string_view name) {
  if (record_.model == name) return;
  record_.model = Storable(name, kNameBytesMax);
  if (live_ != nullptr) live_->SetModel(record_.model);
}

void Account::CountThinking() {
  ++n_thinking_pieces_;
  if (live_ != nullptr && record_.answer_ms == 0) live_->SetState(LiveState::kThinking);
}

void Account::BeginText() {
  if (record_.answer_ms > 0) return;
  record_.answer_ms = std::max<int64_t>(MillisecondsSoFar(), 1);
  if (live_ != nullptr) live_->SetState(LiveState::kAnswer);
}

void Account::OnCancel(std::function<void()> end) {
  if (live_ != nullptr) live_->OnCancel(std::move(end));
}

void Account::SetFinishReason(std::string_view reason) {
  record_.finish_reason = Storable(reason, kNameBytesMax);
}

void Account::BeginAnswer(int http_status) {
  began_at_ = std::chrono::steady_clock::now();
  if (http_status == 200) record_.first_token_ms = MillisecondsSoFar();
}

void Account::BeginStream() { is_stream_ = true; }

void Account::Sent(std::string_view bytes) {
  if (!is_logged_ || !keeps_content()) return;
  if (!record_.answer) record_.answer.emplace();
  const size_t room = kContentBytesMax - record_.answer->size();
  record_.answer->append(bytes.substr(0, room));
}

void Account::End(int http_status, bool is_complete) {
  if (std::exchange(has_ended_, true)) return;
  live_.reset();
  if (is_held_) {
    const int64_t n_used = TokensUsed(http_status, is_complete);
    Settle(n_used);
    if (!has_usage_ && n_used > 0) {
      record_.prompt_tokens = std::min(claim_.n_prompt, n_used);
      record_.completion_tokens = n_used - record_.prompt_tokens;
    }
  }
  if (!tells_thinking_) {
    record_.thinking_tokens = std::min(n_thinking_pieces_, record_.completion_tokens);
  }
  Measure();
  record_.http_status = http_status;
  if (!is_complete) record_.finish_reason = "cancelled";
  record_.error_reason = ErrorReason(http_status, is_complete);
  const bool is_our_fault = http_status >= 500 || record_.error_reason == "failed";
  trace_.End(RequestAttributes(method_, route_, record_), is_our_fault);
  if (!is_logged_) return;
  record_.duration_ms = MillisecondsSoFar();
  record_.per_token_us = std::chrono::duration_cast<std::chrono::microseconds>(PerToken()).count();
  if (record_.answer) record_.answer = Storable(*record_.answer, kContentBytesMax);
  books_.log->Append(std::move(record_));
}

// Of what is not for a model, as a job's events that are followed, only how long it took.
void Account::Measure() const {
  Metrics& metrics = books_.metrics;
  metrics.ObserveRequest(route_, std::chrono::steady_clock::now() - arrived_at_);
  if (!is_inference_) return;
  if (queue_wait_) metrics.ObserveQueueWait(route_, *queue_wait_);
  if (is_stream_) metrics.ObserveFirstToken(route_, began_at_ - arrived_at_);
  if (PerToken() > Duration{}) metrics.ObservePerToken(route_, PerToken());
  metrics.CountTokens(route_, record_.prompt_tokens, record_.completion_tokens);
}

void Account::Settle(int64_t n_used) {
  if (!reservation_.settling_blocks()) return reservation_.Settle(n_used);
  books_.lanes.Settle(key_->id,
                      [reservation = std::make_shared<access::Reservation>(std::move(reservation_)),
                       n_used] { reservation->Settle(n_used); });
}

// Of an answer without usage: what is certain to have been computed for the client. One that fails
// as a whole gives it nothing, nor does one that fails before its first piece.
int64_t Account::TokensUsed(int http_status, bool is_complete) const {
  if (const auto told = tokens_told()) return *told;
  const bool was_asked = !record_.replica.empty();
  if (http_status == 499) return was_asked ? claim_.n_prompt : 0;
  if (http_status != 200) return 0;
  if (has_failed()) return n_pieces_ == 0 ? 0 : claim_.n_prompt + n_pieces_;
  if (n_pieces_ > 0 || !is_complete || !record_.error_reason.empty()) {
    return claim_.n_prompt + n_pieces_;
  }
  return claim_.n_prompt + claim_.n_output;
}

// Of a fixed set, for people to count by.
std::string_view Account::ErrorReason(int http_status, bool is_complete) const {
  if (!record_.error_reason.empty()) return record_.error_reason;
  if (http_status == 499 || (http_status < 400 && !is_complete)) return "client_left";
  if (http_status < 400) return has_failed() ? "failed" : "";
  switch (http_status) {
    case 401:
      return "unauthenticated";
    case 403:
      return "not_allowed";
    case 404:
      return "not_found";
    case 429:
      return "rate_limit";
    case 503:
      return "unavailable";
    case 504:
      return "deadline";
    default:
      return http_status < 500 ? "bad_request" : "failed";
  }
}

// The worker's own measure, else of a stream, from its beginning: a whole answer tells none.
Duration Account::PerToken() const {
  if (per_token_) return *per_token_;
  if (n_pieces_ == 0 || record_.completion_tokens < 2) return {};
  return (std::chrono::steady_clock::now() - began_at_) / (record_.completion_tokens - 1);
}

int64_t Account::MillisecondsSoFar() const {
  return Milliseconds(std::chrono::steady_clock::now() - arrived_at_);
}

}  // namespace lemma::gateway
