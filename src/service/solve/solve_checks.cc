// Programs of samples: tested when they are there, and sent back where they fail.
#include <boost/json.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "service/reason/judge/program.h"
#include "service/solve/complaint.h"
#include "service/solve/solve_run.h"

namespace lemma::solve {
namespace {

namespace json = boost::json;

TimePoint Now() { return std::chrono::steady_clock::now(); }

}  // namespace

void SolveRun::JudgeSample(Sample& sample) {
  const auto program = reason::ExtractProgram(sample.text);
  if (!program || !stopped_.empty()) return;
  const TimePoint enough = Now() + limits_.failed_program_max;
  TimePoint ping = Now() + limits_.ping_interval;
  const auto is_over = [&, own_thread = std::this_thread::get_id()] {
    // The judge may ask on threads of its own, too; the writer is this one's.
    if (std::this_thread::get_id() == own_thread && Now() >= ping) {
      writer_.Ping();
      ping = Now() + limits_.ping_interval;
    }
    return desk_.is_closed() || (deadline_ && Now() >= *deadline_);
  };
  Result<reason::JudgeReport> report =
      judge_->Run(*program, *request_.tests, is_over, [&] { return Now() >= enough; });
  if (report.status().code() == StatusCode::kCancelled) stopped_ = "deadline";
  if (!report.ok()) return;  // or no compiler for this language: nothing is known of it
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
    std::optional<std::string> complaint = Complaint(*best->report, *request_.tests);
    if (!complaint) return;
    json::object body = BodyOf(1, max_tokens);
    json::array& messages = body.at("messages").as_array();
    messages.push_back({{"role", "assistant"}, {"content", best->text}});
    messages.push_back({{"role", "user"}, {"content", std::move(*complaint)}});
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

}  // namespace lemma::solve
