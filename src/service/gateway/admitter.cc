#include "service/gateway/admitter.h"

#include <utility>
#include <vector>

#include "common/base/log.h"
#include "service/access/limit_headers.h"
#include "service/gateway/usage_mapper.h"

namespace lemma::gateway {
namespace {

bool LimitsTokens(const access::KeyLimits& limits) {
  return limits.tokens_per_minute > 0 || limits.tokens_per_day > 0;
}

// Its tokens are counted in some 0.2 ms: an I/O thread may do that, which spares two changes of
// threads.
constexpr size_t kShortBytesMax = 16 << 10;

}  // namespace

void Admitter::Admit(Call call) {
  Waiting waiting{std::move(call), std::nullopt};
  Reply& reply = *waiting.call.reply;
  if (const Status wrong = Complete(waiting.call, waiting.body); !wrong.ok()) {
    return reply.SendError(wrong);
  }
  const KeyPtr key = reply.account().key();
  if (key == nullptr || !key->spec.limits.any()) return relay_(std::move(waiting.call));
  if (waiting.call.request.body.size() <= kShortBytesMax && !LimiterOf(*key).blocks()) {
    return AskLimits(std::move(waiting));
  }
  const auto shared = std::make_shared<Waiting>(std::move(waiting));
  if (!lanes_.TryRequest(key->id, [this, shared] { AskLimits(std::move(*shared)); })) {
    shared->call.reply->SendError(
        Unavailable("too many requests wait for their limits to be checked"), "overloaded");
  }
}

Status Admitter::Complete(Call& call, std::optional<GenerationBody>& body) const {
  const KeyPtr& key = call.reply->account().key();
  if (call.kind == CallKind::kFree || (key == nullptr && access_.log == nullptr)) return Ok();
  UsageWish wish{.at_end = true, .in_each = true};  // as the worker gives it
  if (call.kind == CallKind::kOther) {
    if (key != nullptr && LimitsTokens(key->spec.limits)) {
      return Status(StatusCode::kPermissionDenied, "this API key has a limit of tokens, and what " +
                                                       call.reply->request().path +
                                                       " takes cannot be counted");
    }
  } else {
    LEMMA_ASSIGN_OR_RETURN(body, GenerationBody::Parse(std::move(call.request.body)));
    if (key != nullptr) body->LimitTime(key->spec.deadline_ms);
    if (body->is_stream()) {
      wish = body->usage_wish();
      body->AskForUsage();
    }
    call.request.body = body->Text();
  }
  call.mapper = MeterUsage(call.reply, wish, std::move(call.mapper));
  return Ok();
}

void Admitter::AskLimits(Waiting waiting) const {
  Reply& reply = *waiting.call.reply;
  if (reply.closed()) return reply.CountAbandoned();
  if (reply.account().is_cancelled()) return reply.SendCancelled();
  const access::ApiKey& key = *reply.account().key();
  const access::KeyLimits& limits = key.spec.limits;
  const Result<TokenClaim> claim = Claim(waiting, limits);
  if (!claim.ok()) return reply.SendError(claim.status());
  Result<access::Admission> admission =
      LimiterOf(key).Admit(key.id, limits, claim->n_prompt + claim->n_output);
  reply.AddQueueWait(std::chrono::steady_clock::now() - waiting.since);
  reply.account().trace().Add("limits", tracing::SpanKind::kInternal, waiting.since, {},
                              /*has_failed=*/!admission.ok());
  if (!admission.ok()) {
    LogWarning(reply.log_subject(), "gateway: limits: {}", admission.status().message());
    return reply.SendError(Unavailable("the key's limits cannot be checked at the moment"));
  }
  const access::Verdict& verdict = admission->verdict;
  for (auto& [name, value] : access::LimitHeaders(verdict)) {
    reply.AddHeader(std::move(name), std::move(value));
  }
  if (!verdict.admitted()) {
    metrics_.CountLimited(access::LimitName(verdict.refused_by));
    return reply.SendError(Status(StatusCode::kRateLimited, access::RefusalText(verdict)));
  }
  reply.account().Hold(std::move(admission->reservation), *claim);
  relay_(std::move(waiting.call));
}

access::Limiter& Admitter::LimiterOf(const access::ApiKey& key) const {
  return key.spec.limits.tokens_per_day > 0 ? *access_.lasting_limiter : *access_.brief_limiter;
}

Result<TokenClaim> Admitter::Claim(const Waiting& waiting, const access::KeyLimits& limits) const {
  if (!waiting.body || !LimitsTokens(limits)) return TokenClaim();
  std::string default_model;
  if (!waiting.body->model()) {
    const std::vector<pool::ServedModel> models = pool_.Models();
    if (!models.empty()) default_model = models.front().id;
  }
  return waiting.body->Claim(waiting.call.kind, access_.counter, default_model);
}

}  // namespace lemma::gateway
