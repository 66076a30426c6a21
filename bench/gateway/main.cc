// What `lemma serve` adds to the way between a client and a replica, beside the direct way and
// nginx as a plain proxy. docs/gateway-performance.md says what is measured and what came out.
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include "contenders.h"
#include "figures.h"
#include "mock_replica.h"
#include "workloads.h"

namespace lemma::bench {
namespace {

// Of the gateway, where it is not overload that is measured: all are given to the replica at once.
constexpr int kManySlots = 4096;

struct Options {
  std::string lemma, nginx = "nginx";
  int gateway_core = 0, load_core = 1;
  double seconds = 3;
  Effort effort;
  std::vector<std::string> only;
  bool is_json = false;

  bool Wants(const std::string& row) const {
    return only.empty() || std::find(only.begin(), only.end(), row) != only.end();
  }
};

// A folder of its own, removed in the end.
class Directory {
 public:
  Directory() : path_(std::filesystem::temp_directory_path() / "lemma_gateway_bench_XXXXXX") {
    std::string name = path_.string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// This process and the threads that it starts. Load leaves on time: no slack of timers.
void StayOn(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<size_t>(core), &cores);
  sched_setaffinity(0, sizeof(cores), &cores);
  prctl(PR_SET_TIMERSLACK, 1);
}

using Measure = Result<std::vector<Figure>> (*)(const Bench&);

Status MeasureAll(const Options& options, const Setting& setting, MockReplica& replica,
                  std::vector<Figure>& figures) {
  net::HttpClient client;
  const auto add = [&](const Result<std::vector<Figure>>& row) {
    if (row.ok()) figures.insert(figures.end(), row->begin(), row->end());
    return row.status();
  };
  const std::pair<const char*, Measure> rows[] = {
      {"one", MeasureOneClient}, {"rate", MeasureRate}, {"streams", MeasureStreams}};
  {
    std::vector<Contender> contenders;
    contenders.push_back(Direct(setting));
    if (!setting.nginx.empty()) {
      LEMMA_ASSIGN_OR_RETURN(Contender nginx, StartNginx(setting));
      contenders.push_back(std::move(nginx));
    }
    LEMMA_ASSIGN_OR_RETURN(Contender lemma, StartLemma(setting, kManySlots));
    contenders.push_back(std::move(lemma));
    const Bench bench{client, replica, contenders, options.effort};
    for (const auto& [name, measure] : rows) {
      if (options.Wants(name)) LEMMA_RETURN_IF_ERROR(add(measure(bench)).WithPrefix(name));
    }
    LEMMA_RETURN_IF_ERROR(add(MeasureMemory(bench)));
  }
  const Bench alone{client, replica, {}, options.effort};
  if (options.Wants("overload")) {
    LEMMA_ASSIGN_OR_RETURN(const Contender lemma, StartLemma(setting, kOverloadSlots));
    LEMMA_RETURN_IF_ERROR(add(MeasureOverload(alone, lemma)).WithPrefix("overload"));
  }
  if (!options.Wants("saturated")) return Ok();
  LEMMA_ASSIGN_OR_RETURN(const Contender lemma, StartLemmaWithWorker(setting));
  return add(MeasureSaturated(alone, lemma)).WithPrefix("saturated");
}

int Run(Options& options) {
  StayOn(options.load_core);
  options.effort.time =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(options.seconds));
  const Directory directory;
  std::vector<Figure> figures;
  Status status;
  if (auto replica = MockReplica::Start(); replica.ok()) {
    const Setting setting{(*replica)->address(), directory.path(), options.gateway_core,
                          options.lemma, options.nginx};
    status = MeasureAll(options, setting, **replica, figures);
  } else {
    status = replica.status();
  }
  const std::string text = options.is_json ? JsonOf(figures) + "\n" : TableOf(figures);
  std::fputs(text.c_str(), stdout);
  if (!status.ok()) std::fprintf(stderr, "gateway_bench: %s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace lemma::bench

int main(int argc, char** argv) {
  lemma::bench::Options options;
  // Its neighbour in the folder of programs.
  options.lemma = std::filesystem::read_symlink("/proc/self/exe").replace_filename("lemma");
  CLI::App app("What lemma serve adds to the way between a client and a replica");
  app.add_option("--lemma", options.lemma, "The program that is measured");
  app.add_option("--nginx", options.nginx, "Beside it; \"\": not measured")->capture_default_str();
  app.add_option("--gateway-core", options.gateway_core, "Where these run")->capture_default_str();
  app.add_option("--load-core", options.load_core, "Where clients and replica run")
      ->capture_default_str();
  app.add_option("--rounds", options.effort.n_rounds, "Of which the medians count")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "Of each load in a round")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--rate", options.effort.rate, "Requests a second of the row rate")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  app.add_option("--streams", options.effort.n_streams, "At once, of the row streams")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--only", options.only, "Rows: one, rate, streams, overload, saturated")
      ->check(CLI::IsMember({"one", "rate", "streams", "overload", "saturated"}));
  app.add_flag("--json", options.is_json, "The figures as JSON");
  app.footer(
      "Examples:\n"
      "  gateway_bench                                 two minutes\n"
      "  gateway_bench --only rate --rate 500 --rounds 9\n"
      "  gateway_bench --only one --only overload --nginx \"\" --json\n"
      "  gateway_bench --only rate --rounds 400        an hour: is memory flat?");
  CLI11_PARSE(app, argc, argv);
  return lemma::bench::Run(options);
}
