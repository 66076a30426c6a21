// Claims of samples, which the model looks at again.
#include <boost/json.hpp>
#include <utility>

#include "service/reason/consensus/claims.h"
#include "service/solve/solve_run.h"

namespace lemma::solve {
namespace {

namespace json = boost::json;

constexpr int64_t kClaimTokens = 2048;
constexpr int64_t kVerdictTokens = 8192;
constexpr const char* kVerifierSystem =
    "You check mathematical and logical claims. You are careful and do not guess.";

}  // namespace

// The replies, in the order of the questions; none at all where one of them is not to be had.
std::vector<std::string> SolveRun::AskAside(const std::vector<std::string>& questions,
                                            int64_t max_tokens) {
  int n = static_cast<int>(questions.size());
  const int64_t share = ShareOf(&n);
  const bool is_late = deadline_ && std::chrono::steady_clock::now() >= *deadline_;
  if (n < static_cast<int>(questions.size()) || is_late || desk_.is_closed()) return {};
  if (share > 0) max_tokens = std::min(max_tokens, share);
  const size_t first = asides_.size();
  const std::string before = std::exchange(stopped_, "");
  for (const std::string& question : questions) {
    asides_.push_back(std::make_unique<Sample>());
    StartChatFor({asides_.back().get()},
                 BodyOfAside({{{"role", "system"}, {"content", kVerifierSystem}},
                              {{"role", "user"}, {"content", question}}},
                             max_tokens),
                 /*is_aside=*/true);
  }
  Listen();
  if (stopped_.empty()) stopped_ = before;
  std::vector<std::string> replies;
  for (size_t i = first; i < asides_.size(); ++i) {
    if (asides_[i]->finish_reason.empty()) return {};
    replies.push_back(asides_[i]->text);
  }
  return replies;
}

// False: not all could be, and then none counts.
bool SolveRun::ExamineClaims(const std::vector<Sample*>& samples) {
  std::vector<std::string> questions;
  for (const Sample* sample : samples) {
    questions.push_back(reason::AskForClaims(request_.problem, sample->text));
  }
  const std::vector<std::string> replies = AskAside(questions, kClaimTokens);
  if (replies.size() < samples.size()) return false;
  std::vector<std::vector<std::string>> claims;
  questions.clear();
  for (const std::string& reply : replies) {
    claims.push_back(reason::ClaimsIn(reply));
    if (!claims.back().empty()) {
      questions.push_back(reason::AskForVerdicts(request_.problem, claims.back()));
    }
  }
  const std::vector<std::string> verdicts = AskAside(questions, kVerdictTokens);
  if (verdicts.size() < questions.size()) return false;
  auto next = verdicts.begin();
  for (size_t i = 0; i < samples.size(); ++i) {
    samples[i]->was_examined = true;
    if (!claims[i].empty()) {
      const std::vector<bool> hold = reason::VerdictsIn(*next++, claims[i].size());
      for (size_t k = 0; k < hold.size(); ++k) {
        samples[i]->claims.push_back({claims[i][k], hold[k]});
      }
    }
    json::object event = RenderClaims(*samples[i]);
    event["type"] = "claims";
    event["sample"] = samples[i]->index;
    writer_.Event(std::move(event));
  }
  return true;
}

// Where all agree nothing can change. A vote in which no claim holds stays as it was.
void SolveRun::WeighByClaims() {
  if (vote_.clusters().size() < 2) return;
  std::vector<Sample*> voters;
  for (const auto& sample : samples_) {
    if (sample->has_voted) voters.push_back(sample.get());
  }
  if (!ExamineClaims(voters)) return;
  reason::AnswerVote weighed;
  for (const Sample* voter : voters) {
    weighed.Add(voter->index, *voter->answer, Reliability(*voter));
  }
  if (weighed.weight() > 0) vote_ = std::move(weighed);
  writer_.Event({{"type", "vote"}, {"votes", RenderVotes(vote_)}});
}

void SolveRun::VerifyByClaims() {
  Sample* best = Best();
  if (best != nullptr && best->answer && !best->was_examined) ExamineClaims({best});
}

}  // namespace lemma::solve
