#include "service/eval/sample_run.h"

#include <fmt/format.h>

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "common/base/error_message.h"
#include "service/eval/chat_protocol.h"

namespace lemma::eval {
namespace {

class SampleRun {
 public:
  SampleRun(const Dataset& dataset, const RunSettings& settings, PatientClient& client,
            const Grader& grader, KeptSamples& kept,
            const std::function<void(const SampleRunProgress&)>& progress)
      : dataset_(dataset),
        settings_(settings),
        client_(client),
        grader_(grader),
        kept_(kept),
        tell_(progress) {}

  Result<Samples> Run(const SampleRunOptions& options) {
    stop_programs_ = options.stop_programs;
    TakeFinished(options.n_samples);
    tell_(progress_);
    {
      const std::stop_callback on_stop(options.stop, [this] { stop_.request_stop(); });
      std::vector<std::jthread> threads;
      try {
        for (int i = 0; i < options.n_parallel; ++i) threads.emplace_back([this] { Work(); });
      } catch (const std::system_error& error) {  // fewer do it too
        if (threads.empty()) return Unavailable(std::string("no thread: ") + error.what());
      }
    }
    if (!status_.ok()) return status_;
    if (progress_.n_done < progress_.n_all) return Status(StatusCode::kCancelled, "stopped");
    return std::move(samples_);
  }

 private:
  // The first sample of every problem comes first: what is there early stands for the whole.
  void TakeFinished(int n_samples) {
    samples_.assign(dataset_.problems.size(), std::vector<SampleResult>(n_samples));
    progress_.n_all = static_cast<int64_t>(dataset_.problems.size()) * n_samples;
    for (int sample = 0; sample < n_samples; ++sample) {
      for (size_t problem = 0; problem < dataset_.problems.size(); ++problem) {
        const SampleResult* result = kept_.Find(dataset_.problems[problem].id, sample);
        if (result == nullptr) {
          missing_.push_back({problem, sample});
        } else {
          Take(problem, sample, *result);
        }
      }
    }
  }

  void Take(size_t problem, int sample, const SampleResult& result) {
    samples_[problem][sample] = result;
    ++progress_.n_done;
    if (result.outcome == Outcome::kRight) ++progress_.n_right;
  }

  void Work() {
    while (const auto next = Next()) {
      const auto [problem, sample] = *next;
      const Result<SampleResult> result = Ask(dataset_.problems[problem], problem, sample);
      const std::lock_guard lock(mutex_);
      const Status status = result.ok() ? Keep(problem, sample, *result) : result.status();
      if (!status.ok()) Fail(status.WithPrefix("problem " + dataset_.problems[problem].id));
    }
  }

  std::optional<std::pair<size_t, int>> Next() {
    const std::lock_guard lock(mutex_);
    if (next_ == missing_.size() || stop_.stop_requested()) return std::nullopt;
    return missing_[next_++];
  }

  Result<SampleResult> Ask(const Problem& problem, size_t index, int sample) {
    const int64_t seed = SampleSeed(settings_.seed, index, sample);
    LEMMA_ASSIGN_OR_RETURN(
        const PatientClient::Answer answer,
        client_.Call(RenderRequest(settings_, problem, seed), stop_.get_token()));
    const int http_status = answer.response.status;
    if (http_status != 200 && !(http_status == 504 && settings_.deadline_ms)) {
      return InvalidArgument(fmt::format("the server refuses it with {}: {}", http_status,
                                         ErrorMessageIn(answer.response.body)));
    }
    LEMMA_ASSIGN_OR_RETURN(const Reply reply, ParseReply(settings_, answer.response));
    LEMMA_ASSIGN_OR_RETURN(SampleResult result, grader_.Grade(problem, reply, stop_programs_));
    result.seconds = answer.seconds;
    return result;
  }

  Status Keep(size_t problem, int sample, const SampleResult& result) {
    LEMMA_RETURN_IF_ERROR(kept_.Append(dataset_.problems[problem].id, sample, result));
    Take(problem, sample, result);
    ++progress_.n_asked;
    tell_(progress_);
    return Ok();
  }

  // What is under way goes on: it has been paid for.
  void Fail(Status status) {
    if (status_.ok()) status_ = std::move(status);
    stop_.request_stop();
  }

  const Dataset& dataset_;
  const RunSettings& settings_;
  PatientClient& client_;
  const Grader& grader_;
  KeptSamples& kept_;
  const std::function<void(const SampleRunProgress&)>& tell_;
  std::stop_source stop_;
  std::stop_token stop_programs_;

  std::mutex mutex_;  // guards what follows, and kept_
  std::vector<std::pair<size_t, int>> missing_;
  size_t next_ = 0;
  Samples samples_;
  SampleRunProgress progress_;
  Status status_;
};

}  // namespace

Result<Samples> RunSamples(const Dataset& dataset, const RunSettings& settings,
                           const SampleRunOptions& options, PatientClient& client,
                           const Grader& grader, KeptSamples& kept,
                           const std::function<void(const SampleRunProgress&)>& progress) {
  return SampleRun(dataset, settings, client, grader, kept, progress).Run(options);
}

}  // namespace lemma::eval
