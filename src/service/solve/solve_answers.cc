// What the samples of a run answer, and whose answer is the run's: as the profile says.
#include <algorithm>
#include <utility>

#include "service/reason/answer_extractor.h"
#include "service/reason/judge/program.h"
#include "service/solve/solve_run.h"

namespace lemma::solve {

void SolveRun::SetProfile(const net::HttpResponse& head) {
  profile_ = std::string(head.header("x-lemma-profile"));
  const std::string version(head.header("x-lemma-profile-version"));
  const Result<reason::ProfilePtr> profile = profiles_()->Find(profile_ + "@" + version);
  // Without one, and where the messages bring their own, answers are boxed and voted on.
  const reason::TaskProfile by_default;
  const reason::TaskProfile& used = profile.ok() ? **profile : by_default;
  extractor_ = used.extractor;
  votes_ = used.extractor != reason::Extractor::kNone && used.verifier == reason::Verifier::kAnswer;
}

std::optional<std::string> SolveRun::AnswerIn(const Sample& sample) const {
  if (extractor_ == reason::Extractor::kBoxed) {
    auto answer = sample.is_whole() ? reason::ExtractAnswer(sample.text)
                                    : reason::ExtractAnswerOfCut(sample.text);
    if (answer) return std::move(answer->text);
  } else if (extractor_ == reason::Extractor::kCode) {
    if (auto program = reason::ExtractProgram(sample.text)) return std::move(program->source);
  }
  return std::nullopt;
}

// Where nothing is voted on the first sample that has what is asked for is as good as any.
void SolveRun::EndIfAnswered(const Sample& sample) {
  if (request_.tests || !stopped_.empty()) return;
  if (!sample.is_whole() || sample.is_salvaged) return;  // the model may end inside its thinking
  const bool is_said = extractor_ == reason::Extractor::kNone &&
                       sample.text.find_first_not_of(" \t\r\n") != std::string::npos;
  if (sample.answer || is_said) stopped_ = "answered";
}

void SolveRun::Vote(Sample& sample) {
  const bool weighs = plan_.options().strategy == reason::Strategy::kConfidence;
  vote_.Add(sample.index, *sample.answer, weighs ? sample.confidence.Lowest().value_or(1) : 1);
  sample.has_voted = true;
  writer_.Event({{"type", "vote"}, {"votes", RenderVotes(vote_)}});
}

// An answer that was taken from the thinking is better than none, and outvotes no other.
void SolveRun::CountSalvaged() {
  if (!votes_ || vote_.n_votes() > 0) return;
  for (const auto& sample : samples_) {
    if (sample->answer) Vote(*sample);
  }
}

Sample* SolveRun::Best() const {
  Sample* best = nullptr;
  const auto is_better = [&](const Sample& sample) {
    if (request_.tests) return sample.report->n_accepted > best->report->n_accepted;
    return Reliability(sample) > Reliability(*best);
  };
  if (request_.tests) {
    for (const auto& sample : samples_) {
      if (sample->report && (best == nullptr || is_better(*sample))) best = sample.get();
    }
  } else if (!vote_.clusters().empty()) {
    for (const int index : vote_.clusters()[0].samples) {
      Sample* sample = samples_[static_cast<size_t>(index)].get();
      if (best == nullptr || is_better(*sample)) best = sample;
    }
  }
  if (best != nullptr) return best;
  const auto worth = [](const Sample& sample) {
    if (sample.text.empty() && sample.reasoning.empty()) return 0;
    return 1 + 4 * (sample.answer ? 1 : 0) +
           2 * (sample.is_whole() && !sample.is_salvaged ? 1 : 0) +
           (sample.finish_reason.empty() ? 0 : 1);
  };
  const auto most =
      std::ranges::max_element(samples_, {}, [&](const auto& sample) { return worth(*sample); });
  return most == samples_.end() || worth(**most) == 0 ? nullptr : most->get();
}

}  // namespace lemma::solve
