// What a run does with its samples once they are there: programs tested and sent back, claims
// looked at again.
#include <boost/json.hpp>
#include <utility>

#include "service/reason/consensus/claims.h"
#include "service/reason/judge/program.h"
#include "service/solve/solve_run.h"

namespace lemma::solve {
namespace {

namespace json = boost::json;

constexpr int64_t kClaimTokens = 2048;
constexpr int64_t kVerdictTokens = 8192;
constexpr size_t kShownBytes = 2000;  // of a test's input and outputs, for the model
constexpr const char* kVerifierSystem =
    "You check mathematical and logical claims. You are careful and do not guess.";

std::string Shown(const std::string& text) {
  return text.size() <= kShownBytes ? text : text.substr(0, kShownBytes) + "...";
}

// What is wrong with a program, for the model that wrote it.
std::string Complaint(const reason::JudgeReport& report, const reason::JudgeTests& tests) {
  for (size_t i = 0; i < report.tests.size(); ++i) {
    const reason::TestVerdict& verdict = report.tests[i];
    if (verdict.verdict == reason::Verdict::kAccepted) continue;
    const reason::JudgeTest& test = tests.tests[i];
    std::string text = "Your program was run against tests and failed one.\n\nInput:\n" +
                       Shown(test.input) + "\n\nExpected output:\n" +
                       Shown(tests.function.empty() ? test.output : json::serialize(test.result));
    if (verdict.verdict == reason::Verdict::kWrongAnswer) {
      text += "\n\nOutput of your program:\n" + Shown(verdict.output);
    } else {
      text += "\n\nVerdict: " + std::string(reason::VerdictName(verdict.verdict)) + ". " +
              Shown(verdict.message) + "\n" + Shown(verdict.errors);
    }
    return text + "\n\nFind the mistake and write the whole program again.";
  }
  return "Your program does not compile:\n" + Shown(report.compiler_message) +
         "\n\nWrite the whole program again.";
}

}  // namespace

void SolveRun::JudgeSample(Sample& sample) {
  const auto program = reason::ExtractProgram(sample.text);
  if (!program) return;
  Result<reason::JudgeReport> report = judge_->Run(*program, *request_.tests);
  if (!report.ok()) return;  // no compiler for this language: nothing is known of it
  sample.report = std::move(*report);
  json::object event = RenderReport(*sample.report);
  event["type"] = "check";
  event["sample"] = sample.index;
  writer_.Event(std::move(event));
  if (sample.report->verdict == reason::Verdict::kAccepted) stopped_ = "verified";
}

void SolveRun::Repair() {
  while (n_repairs_ < request_.n_repairs && stopped_ != "deadline") {
    const Sample* best = Best();
    int n = 1;
    const int64_t max_tokens = TokensOfEach(&n);
    if (best == nullptr || !best->report || n == 0) return;
    json::object body = BodyOf(1, max_tokens);
    json::array& messages = body.at("messages").as_array();
    messages.push_back({{"role", "assistant"}, {"content", best->text}});
    messages.push_back({{"role", "user"}, {"content", Complaint(*best->report, *request_.tests)}});
    ++n_repairs_;
    samples_.push_back(std::make_unique<Sample>());
    samples_.back()->index = static_cast<int>(samples_.size()) - 1;
    writer_.Event({{"type", "repair"}, {"sample", samples_.back()->index}, {"of", best->index}});
    StartChatFor({samples_.back().get()}, std::move(body), /*is_aside=*/false);
    const std::string before = std::exchange(stopped_, "");
    if (!Listen() || stopped_ == "verified") return;
    if (stopped_.empty()) stopped_ = before;
  }
}

// The replies, in the order of the questions; "" where there is none.
std::vector<std::string> SolveRun::AskAside(const std::vector<std::string>& questions,
                                            int64_t max_tokens) {
  const size_t first = asides_.size();
  const std::string before = std::exchange(stopped_, "");
  for (const std::string& question : questions) {
    json::object body = BodyOf(1, max_tokens);
    body["messages"] = {{{"role", "system"}, {"content", kVerifierSystem}},
                        {{"role", "user"}, {"content", question}}};
    body["temperature"] = 0.6;
    for (const char* name : {"profile", "variables"}) body.erase(name);
    asides_.push_back(std::make_unique<Sample>());
    StartChatFor({asides_.back().get()}, std::move(body), /*is_aside=*/true);
  }
  Listen();
  if (stopped_.empty()) stopped_ = before;
  std::vector<std::string> replies;
  for (size_t i = first; i < asides_.size(); ++i) replies.push_back(asides_[i]->text);
  return replies;
}

// Where all agree nothing can change. A vote in which no claim holds stays as it was.
void SolveRun::WeighByClaims() {
  if (vote_.clusters().size() < 2 || stopped_ == "deadline") return;
  std::vector<const Sample*> voters;
  std::vector<std::string> questions;
  for (const auto& sample : samples_) {
    if (!sample->answer) continue;
    voters.push_back(sample.get());
    questions.push_back(reason::AskForClaims(request_.problem, sample->text));
  }
  std::vector<std::vector<std::string>> claims;
  for (const std::string& reply : AskAside(questions, kClaimTokens)) {
    claims.push_back(reason::ClaimsIn(reply));
  }
  questions.clear();
  for (const auto& of_one : claims) {
    if (!of_one.empty()) questions.push_back(reason::AskForVerdicts(request_.problem, of_one));
  }
  const std::vector<std::string> verdicts = AskAside(questions, kVerdictTokens);
  reason::AnswerVote weighed;
  size_t next = 0;
  for (size_t i = 0; i < voters.size(); ++i) {
    const double weight =
        claims[i].empty()
            ? 0
            : reason::Reliability(reason::VerdictsIn(verdicts[next++], claims[i].size()));
    weighed.Add(voters[i]->index, voters[i]->answer->text, weight);
  }
  if (weighed.weight() > 0) vote_ = std::move(weighed);
  writer_.Event({{"type", "vote"}, {"votes", RenderVotes(vote_)}});
}

}  // namespace lemma::solve
