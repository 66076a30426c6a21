#include "inference/engine/answer_budget.h"

#include <algorithm>
#include <utility>

namespace lemma::engine {
namespace {

// Fewer than n tokens are likelier; of equal ones the lower id is.
bool IsAmongLikeliest(std::span<const float> logits, TokenId token, int32_t n) {
  const auto at = static_cast<size_t>(token);
  int32_t n_likelier = 0;
  for (size_t i = 0; i < logits.size() && n_likelier < n; ++i) {
    n_likelier += logits[i] > logits[at] || (logits[i] == logits[at] && i < at);
  }
  return n_likelier < n;
}

}  // namespace

std::optional<TokenId> AnswerBudget::Demand(const ThinkingRules& rules, int32_t n_output,
                                            int32_t n_left, std::span<const float> logits) {
  if (is_open_ && closed_ == ThinkingClosed::kNever) Decide(rules, n_output, n_left, logits);
  if (!is_closing()) return std::nullopt;
  const size_t n_bridge = rules.bridge.size();
  // There may be less time than there was when the bridge began.
  const auto n_all = static_cast<int32_t>(rules.close.size());
  if (next_ < std::ssize(rules.bridge) && n_left <= n_all + 1) {
    next_ = static_cast<int32_t>(n_bridge);
    n_close_ = std::clamp(n_left - 1, rules.n_close_tag, n_all);
  }
  const auto at = static_cast<size_t>(next_);
  const auto n_close = static_cast<size_t>(n_close_);
  const TokenId token = at < n_bridge ? rules.bridge[at] : rules.close[at - n_bridge];
  next_ = at + 1 == n_bridge + n_close ? kNone : next_ + 1;
  return token;
}

void AnswerBudget::Decide(const ThinkingRules& rules, int32_t n_output, int32_t n_left,
                          std::span<const float> logits) {
  const auto n_close = static_cast<int32_t>(rules.close.size());
  if (n_left <= rules.n_close_tag) return;  // no answer could follow
  const int32_t n_total = n_output + n_left;
  const int32_t n_answer = std::min(rules.answer_tokens, n_total / kAnswerShare);
  const int32_t n_share = std::min(rules.tokens_max, n_total - n_answer);
  const bool has_bridge = kBridgeShare * std::ssize(rules.bridge) <= n_share;
  const auto n_bridge = has_bridge ? static_cast<int32_t>(rules.bridge.size()) : 0;
  const int32_t n_before_force = n_share - n_output - n_bridge - n_close;
  const bool is_asked = rules.end_now && rules.end_now->load(std::memory_order_relaxed);
  if (is_looping_ || is_asked || n_before_force <= 0 || n_left <= n_close + 1) {
    closed_ = is_looping_ ? ThinkingClosed::kLoop
              : is_asked  ? ThinkingClosed::kAsked
                          : ThinkingClosed::kBudget;
    // Where the end came suddenly (a late tag, a slower machine) the bridge may take up to half of
    // the answer's part, but nothing of a budget that was asked for.
    const bool has_room = n_output + n_bridge + n_close <= rules.tokens_max &&
                          n_left - n_bridge - n_close >= (n_answer + 1) / 2;
    next_ = has_bridge && has_room ? 0 : static_cast<int32_t>(rules.bridge.size());
    n_close_ = std::min(n_close, n_left - 1);
  } else if (n_before_force <= std::min(n_share / kSoftShare, kSoftTokensMax) &&
             IsAmongLikeliest(logits, rules.close.front(), kSoftRank)) {
    closed_ = ThinkingClosed::kSoftly;
    next_ = static_cast<int32_t>(rules.bridge.size());
    n_close_ = n_close;
  }
}

void AnswerBudget::Observe(RequestSink::Verdict verdict) {
  const bool was_open = std::exchange(is_open_, verdict == RequestSink::Verdict::kThinking);
  if (was_open && !is_open_ && closed_ == ThinkingClosed::kNever) closed_ = ThinkingClosed::kModel;
  // Thinking that is opened once more is no answer, but nobody waits for ever.
  const bool can_close = closed_ == ThinkingClosed::kNever || is_closing();
  owes_answer_ = verdict == RequestSink::Verdict::kBlank || (is_open_ && can_close);
}

int32_t AnswerBudget::n_owed(const ThinkingRules& rules) const {
  if (!owes_answer_) return 0;
  const auto n_bridge = static_cast<int32_t>(rules.bridge.size());
  if (is_closing() && next_ >= n_bridge) return n_bridge + n_close_ - next_ + 1;
  return is_open_ ? rules.n_close_tag + 1 : 1;
}

bool AnswerBudget::Conclude() {
  if (!is_open_ || is_looping_ || closed_ != ThinkingClosed::kNever) return false;
  is_looping_ = true;
  return true;
}

}  // namespace lemma::engine
