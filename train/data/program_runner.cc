#include "train/data/program_runner.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <sstream>
#include <thread>
#include <utility>

#include "common/base/file.h"
#include "train/data/child_process.h"
#include "train/data/program_harness.h"

namespace lemma::train {
namespace {

using Verdicts = std::vector<Verdict>;

constexpr size_t kDetailBytesMax = 200;
constexpr uint64_t kVerdictBytesMax = 4 * kDetailBytesMax;  // a line, its Unicode escapes included
constexpr size_t kJobsPerInterpreter = 64;  // starting Python costs as much as ~10 programs
constexpr double kStartSlack_s = 5;         // a loaded machine starts processes late
constexpr double kCompileWall_s = 30;

Outcome OutcomeNamed(std::string_view name) {
  if (name == "pass") return Outcome::kPassed;
  if (name == "wrong") return Outcome::kWrong;
  return name == "timeout" ? Outcome::kTimedOut : Outcome::kError;
}

// Collects a harness's lines. The first verdict on a test stands; lines of any other form are the
// program's own noise.
class VerdictReader {
 public:
  explicit VerdictReader(std::span<const Job> jobs) {
    for (const Job& job : jobs) {
      verdicts_.emplace_back(job.tests.size(), Verdict{Outcome::kError, "it did not run"});
      known_.emplace_back(job.tests.size(), false);
    }
  }

  void Read(const std::string& output) {
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string mark, outcome, detail;
      int64_t job = 0, test = 0;
      if (!(words >> mark >> job >> test >> outcome) || mark != "@") continue;
      std::getline(words >> std::ws, detail);
      if (job < 0 || job >= std::ssize(verdicts_)) continue;
      Note(static_cast<size_t>(job), test, {OutcomeNamed(outcome), detail});
    }
  }

  // `test` -1: all that have no verdict yet.
  void Note(size_t job, int64_t test, Verdict verdict) {
    verdict.detail.resize(std::min(verdict.detail.size(), kDetailBytesMax));
    for (size_t i = 0; i < verdicts_[job].size(); ++i) {
      if (known_[job][i] || (test >= 0 && i != static_cast<size_t>(test))) continue;
      verdicts_[job][i] = verdict;
      known_[job][i] = true;
    }
  }

  std::vector<Verdicts> Take() { return std::move(verdicts_); }

 private:
  std::vector<Verdicts> verdicts_;
  std::vector<std::vector<bool>> known_;
};

uint64_t OutputBytesMax(std::span<const Job> jobs) {
  uint64_t tests = 0;
  for (const Job& job : jobs) tests += job.tests.size() + 1;
  return (tests + 1) * kVerdictBytesMax;
}

Result<std::vector<Verdicts>> RunPython(std::span<const Job> jobs, const RunOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const TemporaryDirectory directory, TemporaryDirectory::Create());
  const auto driver = directory.path() / "driver.py";
  const auto work = directory.path() / "jobs.json";
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(driver, PythonDriver()));
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(work, JobsJson(jobs, options)));
  // The driver limits each program; these limits only end a driver that is stuck.
  ChildLimits limits;
  limits.wall_s = options.wall_s * static_cast<double>(jobs.size()) + kStartSlack_s;
  limits.output_bytes = OutputBytesMax(jobs);
  LEMMA_ASSIGN_OR_RETURN(
      const ChildResult child,
      RunChild({options.python, "-I", "-S", "-B", driver, work}, directory.path(), limits));
  VerdictReader reader(jobs);
  reader.Read(child.output);
  return reader.Take();
}

Result<ChildResult> Compile(const std::filesystem::path& directory, const RunOptions& options) {
  ChildLimits limits;
  limits.wall_s = kCompileWall_s;
  Status missing = InvalidArgument("no compiler is given", "compilers");
  for (const std::string& compiler : options.compilers) {
    auto child = RunChild({compiler, "-std=c++20", "-O0", "-w", "program.cc", "-o", "program"},
                          directory, limits);
    if (child.ok() || child.status().code() != StatusCode::kNotFound) return child;
    missing = child.status();
  }
  return missing;
}

Result<std::vector<Verdicts>> RunCpp(const Job& job, const RunOptions& options) {
  const std::span<const Job> jobs(&job, 1);
  VerdictReader reader(jobs);
  const auto program = CppProgram(job);
  if (!program.ok()) {
    reader.Note(0, -1, {Outcome::kError, program.status().message()});
    return reader.Take();
  }
  LEMMA_ASSIGN_OR_RETURN(const TemporaryDirectory directory, TemporaryDirectory::Create());
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(directory.path() / "program.cc", *program));
  LEMMA_ASSIGN_OR_RETURN(const ChildResult compiled, Compile(directory.path(), options));
  if (compiled.exit_code != 0) {
    reader.Note(0, -1, {Outcome::kError, "does not compile: " + compiled.output});
    return reader.Take();
  }
  const ChildLimits limits{.wall_s = options.wall_s,
                           .cpu_s = options.cpu_s,
                           .memory_bytes = options.memory_bytes,
                           .file_bytes = options.file_bytes,
                           .output_bytes = OutputBytesMax(jobs)};
  LEMMA_ASSIGN_OR_RETURN(const ChildResult child,
                         RunChild({directory.path() / "program"}, directory.path(), limits));
  reader.Read(child.output);
  reader.Note(0, -1,
              child.timed_out
                  ? Verdict{Outcome::kTimedOut, ""}
                  : Verdict{Outcome::kError,
                            "the program ended early (" + std::to_string(child.exit_code) + ")"});
  return reader.Take();
}

// Jobs that run together, by their index: Python programs share an interpreter.
std::vector<std::vector<size_t>> Batches(std::span<const Job> jobs, int n_parallel) {
  const size_t share = jobs.size() / static_cast<size_t>(n_parallel) + 1;
  const size_t size_max = std::min(share, kJobsPerInterpreter);
  std::vector<std::vector<size_t>> batches;
  std::vector<size_t> python;
  for (size_t i = 0; i < jobs.size(); ++i) {
    if (jobs[i].language == "python") {
      python.push_back(i);
      if (python.size() == size_max) batches.push_back(std::exchange(python, {}));
    } else {
      batches.push_back({i});
    }
  }
  if (!python.empty()) batches.push_back(python);
  return batches;
}

Result<std::vector<Verdicts>> RunBatch(std::span<const Job> jobs, const std::vector<size_t>& batch,
                                       const RunOptions& options) {
  const Job& first = jobs[batch.front()];
  if (first.language == "cpp") return RunCpp(first, options);
  std::vector<Job> together;
  for (const size_t i : batch) together.push_back(jobs[i]);
  return RunPython(together, options);
}

}  // namespace

Result<std::vector<Verdict>> RunProgram(const std::string& code, const std::string& language,
                                        const std::vector<TestCase>& tests,
                                        const RunOptions& options) {
  const Job job{code, language, tests};
  LEMMA_ASSIGN_OR_RETURN(auto verdicts, RunPrograms({&job, 1}, 1, options));
  return std::move(verdicts.front());
}

Result<std::vector<std::vector<Verdict>>> RunPrograms(std::span<const Job> jobs, int n_parallel,
                                                      const RunOptions& options) {
  if (n_parallel < 1) return InvalidArgument("must be at least 1", "n_parallel");
  for (const Job& job : jobs) {
    if (job.language == "python" || job.language == "cpp") continue;
    return InvalidArgument("must be python or cpp, not \"" + job.language + "\"", "language");
  }
  const auto batches = Batches(jobs, n_parallel);
  std::vector<std::vector<Verdict>> verdicts(jobs.size());
  std::mutex mutex;
  Status failure;  // the first one, guarded by `mutex`
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < batches.size(); i = next++) {
      auto done = RunBatch(jobs, batches[i], options);
      if (done.ok()) {
        for (size_t k = 0; k < done->size(); ++k) verdicts[batches[i][k]] = std::move((*done)[k]);
      } else {
        const std::scoped_lock lock(mutex);
        if (failure.ok()) failure = done.status();
        next = batches.size();
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i < n_parallel; ++i) threads.emplace_back(work);
    work();
  }
  if (!failure.ok()) return failure;
  return verdicts;
}

bool AllPassed(const std::vector<Verdict>& verdicts) {
  return !verdicts.empty() && std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict& v) {
    return v.outcome == Outcome::kPassed;
  });
}

std::string LastFencedBlock(std::string_view text) {
  std::string block;
  bool inside = false;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) block.clear();
    } else if (inside) {
      block.append(line).append("\n");
    }
  }
  return block;
}

Job JobFor(const Problem& problem, std::string_view reply) {
  return {LastFencedBlock(reply), problem.code_language, problem.tests};
}

}  // namespace lemma::train
