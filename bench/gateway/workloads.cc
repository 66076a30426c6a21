#include "workloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <iterator>
#include <latch>
#include <map>
#include <memory>
#include <utility>

#include "percentile.h"

namespace lemma::bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kOverloadAnswer{100};
constexpr milliseconds kFrame{100};

// Name of a figure -> contender -> what its rounds said.
using Rounds = std::map<std::string, std::map<std::string, std::vector<double>>>;

// Every contender in every round; `measure` notes what it finds.
Status Interleave(const Bench& bench, const std::function<Status(const Contender&)>& measure) {
  const size_t n = bench.contenders.size();
  for (int round = 0; round < bench.effort.n_rounds; ++round) {
    for (size_t i = 0; i < n; ++i) {
      const Contender& contender = bench.contenders[(i + static_cast<size_t>(round)) % n];
      LEMMA_RETURN_IF_ERROR(measure(contender).WithPrefix(contender.name));
    }
  }
  return Ok();
}

// Medians of the rounds; `is_added`: of each round's difference to the direct path's.
Figure FigureOf(const Rounds& rounds, const std::string& name, const std::string& unit,
                bool is_added, std::optional<double> target_max) {
  Figure figure{.name = name, .unit = unit, .is_added = is_added, .target_max = target_max};
  const auto& by_contender = rounds.at(name);
  for (const auto& [contender, values] : by_contender) {
    std::vector<double> shown = values;
    if (is_added && contender != "direct") {
      const std::vector<double>& direct = by_contender.at("direct");
      for (size_t i = 0; i < shown.size(); ++i) shown[i] -= direct[i];
    }
    figure.values[contender] = Median(shown);
  }
  return figure;
}

Status AllAnswered(const std::vector<Answered>& answers) {
  const auto is_other = [](const Answered& answer) { return answer.status != 200; };
  const auto n = std::count_if(answers.begin(), answers.end(), is_other);
  if (n == 0) return Ok();
  const Answered& first = *std::find_if(answers.begin(), answers.end(), is_other);
  return Unavailable(fmt::format("{} of {} requests were not answered; the first: status {} {}", n,
                                 answers.size(), first.status, first.why));
}

std::vector<double> TimesOf(const std::vector<Answered>& answers) {
  std::vector<double> times;
  for (const Answered& answer : answers) times.push_back(answer.ms());
  return times;
}

// Keeps so many streams asked for, from here to its end.
class Saturation {
 public:
  Saturation(const Bench& bench, const Contender& to, int n_streams)
      : client_(bench.client), to_(to.to), all_(std::make_shared<std::latch>(n_streams)) {
    for (int i = 0; i < n_streams; ++i) Ask();
  }
  ~Saturation() {
    is_over_ = true;
    all_->wait();
  }

  int n_refused() const { return n_refused_; }

 private:
  void Ask() {
    net::HttpCallbacks callbacks;
    callbacks.on_head = [this](const net::HttpResponse& head) { n_refused_ += head.status != 200; };
    callbacks.on_end = [this, all = all_](const Status& status) {
      n_refused_ += !status.ok();
      is_over_ ? all->count_down() : Ask();
    };
    client_.Send(to_.address, to_.stream, std::move(callbacks));
  }

  net::HttpClient& client_;
  const Destination to_;
  const std::shared_ptr<std::latch> all_;
  std::atomic<bool> is_over_ = false;
  std::atomic<int> n_refused_ = 0;
};

Destination Reading(const Contender& contender, const std::string& path) {
  Destination to = contender.to;
  to.request.method = "GET";
  to.request.target = path;
  to.request.body.clear();
  return to;
}

// Until its worker has the model.
Status AwaitReady(const Bench& bench, const Contender& lemma) {
  Status status;
  for (int i = 0; i < 100; ++i) {
    status = AllAnswered(RunOpenLoad(bench.client, Reading(lemma, "/readyz"),
                                     {10, milliseconds(200), Arrivals::kEven}));
    if (status.ok()) break;
  }
  return status;
}

// The p50, the p99 and the processor's time of an open load.
Result<Rounds> RunRounds(const Bench& bench, const std::string& name, const OpenLoad& load) {
  bench.replica.SetPace({});
  Rounds rounds;
  LEMMA_RETURN_IF_ERROR(Interleave(bench, [&](const Contender& contender) -> Status {
    const ChildProcess* process = contender.process.get();
    const double cpu_before = process ? process->cpu_seconds() : 0;
    const std::vector<Answered> answers = RunOpenLoad(bench.client, contender.to, load);
    LEMMA_RETURN_IF_ERROR(AllAnswered(answers));
    const std::vector<double> times = TimesOf(answers);
    rounds[name + ": p50"][contender.name].push_back(Percentile(times, 0.5));
    rounds[name + ": p99"][contender.name].push_back(Percentile(times, 0.99));
    if (process != nullptr) {
      rounds[name + ": processor a request"][contender.name].push_back(
          1e6 * (process->cpu_seconds() - cpu_before) / static_cast<double>(answers.size()));
    }
    return Ok();
  }));
  return rounds;
}

}  // namespace

Result<std::vector<Figure>> MeasureOneClient(const Bench& bench) {
  const std::string name = "one client";
  LEMMA_ASSIGN_OR_RETURN(const Rounds rounds,
                         RunRounds(bench, name, {100, bench.effort.time, Arrivals::kEven}));
  return std::vector<Figure>{FigureOf(rounds, name + ": p50", "ms", true, 0.15),
                             FigureOf(rounds, name + ": p99", "ms", true, 0.5)};
}

Result<std::vector<Figure>> MeasureRate(const Bench& bench) {
  const std::string name = fmt::format("{:.0f} requests/s", bench.effort.rate);
  LEMMA_ASSIGN_OR_RETURN(const Rounds rounds,
                         RunRounds(bench, name, {bench.effort.rate, bench.effort.time}));
  return std::vector<Figure>{FigureOf(rounds, name + ": p50", "ms", true, {}),
                             FigureOf(rounds, name + ": p99", "ms", true, 1),
                             FigureOf(rounds, name + ": processor a request", "us", false, {})};
}

Result<std::vector<Figure>> MeasureStreams(const Bench& bench) {
  StreamLoad load;
  load.n_streams = bench.effort.n_streams;
  load.begun_within = std::chrono::seconds(2);
  load.n_frames = static_cast<int>((bench.effort.time + load.begun_within) / kFrame);
  bench.replica.SetPace({.n_frames = load.n_frames, .frame = kFrame});
  const std::string name = fmt::format("{} streams", load.n_streams);
  Rounds rounds;
  LEMMA_RETURN_IF_ERROR(Interleave(bench, [&](const Contender& contender) {
    const ChildProcess* process = contender.process.get();
    const double cpu_before = process ? process->cpu_seconds() : 0;
    const StreamReport report = RunStreams(bench.client, contender.to, load);
    const auto note = [&](const char* what, double value) {
      rounds[name + what][contender.name].push_back(value);
    };
    note(": between frames, p99", Percentile(report.gaps_ms, 0.99));
    note(": a frame's way, p50", Percentile(report.delays_ms, 0.5));
    note(": a frame's way, p99", Percentile(report.delays_ms, 0.99));
    note(": frames lost", report.n_lost);
    note(": frames merged", report.n_merged);
    if (process != nullptr) {
      note(": processor a frame", 1e6 * (process->cpu_seconds() - cpu_before) /
                                      (static_cast<double>(load.n_streams) * load.n_frames));
    }
    return Ok();
  }));
  return std::vector<Figure>{FigureOf(rounds, name + ": between frames, p99", "ms", true, 0.5),
                             FigureOf(rounds, name + ": a frame's way, p50", "ms", true, {}),
                             FigureOf(rounds, name + ": a frame's way, p99", "ms", true, {}),
                             FigureOf(rounds, name + ": frames lost", "", false, 0),
                             FigureOf(rounds, name + ": frames merged", "", false, 0),
                             FigureOf(rounds, name + ": processor a frame", "us", false, {})};
}

std::vector<Figure> MeasureMemory(const Bench& bench) {
  Figure figure{.name = "resident memory after it all", .unit = "MiB", .target_max = 150};
  for (const Contender& contender : bench.contenders) {
    if (contender.process) figure.values[contender.name] = contender.process->resident_mib();
  }
  return {figure};
}

Result<std::vector<Figure>> MeasureOverload(const Bench& bench, const Contender& lemma) {
  bench.replica.SetPace({.answer = kOverloadAnswer});
  const double capacity = kOverloadSlots / std::chrono::duration<double>(kOverloadAnswer).count();
  constexpr milliseconds kWarmUp{1000};
  // Answers a second, once its line is as long as it gets.
  const auto run = [&](double rate, std::vector<double>& rejections_ms) {
    const auto answers = RunOpenLoad(bench.client, lemma.to, {rate, bench.effort.time + kWarmUp});
    const TimePoint from = answers.front().due + kWarmUp;
    const TimePoint until = answers.back().due;
    int n_good = 0;
    for (const Answered& answer : answers) {
      if (answer.status != 200) rejections_ms.push_back(answer.ms());
      n_good += answer.status == 200 && answer.at >= from && answer.at < until;
    }
    return n_good / std::chrono::duration<double>(until - from).count();
  };
  std::vector<double> peaks, shares, none, rejections_ms;
  for (int round = 0; round < bench.effort.n_rounds; ++round) {
    peaks.push_back(run(1.2 * capacity, none));
    shares.push_back(100 * run(10 * capacity, rejections_ms) / peaks.back());
  }
  const std::string name = "10x overload";
  return std::vector<Figure>{
      {name + ": answers at 1.2x", "1/s", {{"lemma", Median(peaks)}}},
      {name + ": answers at 10x, of these", "%", {{"lemma", Median(shares)}}, false, {}, 95},
      {name + ": rejections, p50", "ms", {{"lemma", Percentile(rejections_ms, 0.5)}}},
      {name + ": rejections, p99", "ms", {{"lemma", Percentile(rejections_ms, 0.99)}}, false, 20}};
}

Result<std::vector<Figure>> MeasureSaturated(const Bench& bench, const Contender& lemma) {
  LEMMA_RETURN_IF_ERROR(AwaitReady(bench, lemma));
  const Saturation saturation(bench, lemma, kSaturatingStreams);
  std::vector<Figure> figures;
  for (const char* path : {"/metrics", "/health"}) {
    std::vector<double> times;
    for (int round = 0; round < bench.effort.n_rounds; ++round) {
      const std::vector<Answered> answers = RunOpenLoad(bench.client, Reading(lemma, path),
                                                        {100, bench.effort.time, Arrivals::kEven});
      LEMMA_RETURN_IF_ERROR(AllAnswered(answers).WithPrefix(path));
      std::ranges::copy(TimesOf(answers), std::back_inserter(times));
    }
    const std::string name = fmt::format("saturated: {}", path);
    figures.push_back({name + ", p50", "ms", {{"lemma", Percentile(times, 0.5)}}});
    figures.push_back({name + ", p99", "ms", {{"lemma", Percentile(times, 0.99)}}, false, 20});
  }
  if (saturation.n_refused() == 0) return figures;
  return Unavailable(fmt::format("{} streams were refused", saturation.n_refused()));
}

}  // namespace lemma::bench
