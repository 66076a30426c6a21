// Programs of samples: tested when they are there, and sent back where they fail.
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "service/reason/judge/program.h"
#include "service/solve/solve_run.h"

namespace lemma::solve {
namespace {

namespace json = boost::json;

TimePoint Now() { return std::chrono::steady_clock::now(); }

constexpr size_t kShownBytes = 2000;  // of a test's input and outputs, for the model

std::string Shown(const std::string& text) {
  return text.size() <= kShownBytes ? text : text.substr(0, kShownBytes) + "...";
}

// What is wrong with a program that fails a test, for the model that wrote it.
std::string Complaint(const reason::JudgeReport& report, const reason::JudgeTests& tests) {
  if (report.verdict == reason::Verdict::kCompileError) {
    return "Your program does not compile:\n" + Shown(report.compiler_message) +
           "\n\nWrite the whole program again.";
  }
  const auto failed = std::find_if(report.tests.begin(), report.tests.end(), [](const auto& test) {
    return test.verdict != reason::Verdict::kAccepted;
  });
  const reason::JudgeTest& test = tests.tests[static_cast<size_t>(failed - report.tests.begin())];
  std::string text = "Your program was run against tests and failed one.\n\nInput:\n" +
                     Shown(test.input) + "\n\nExpected output:\n" +
                     Shown(tests.function.empty() ? test.output : json::serialize(test.result));
  if (failed->verdict == reason::Verdict::kWrongAnswer) {
    text += "\n\nOutput of your program:\n" + Shown(failed->output);
  } else {
    text += "\n\nVerdict: " + std::string(reason::VerdictName(failed->verdict)) + ". " +
            Shown(failed->message) + "\n" + Shown(failed->errors);
  }
  return text + "\n\nFind the mistake and write the whole program again.";
}

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

}  // namespace lemma::solve
