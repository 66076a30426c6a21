// How well requests are told apart, and how long it takes: over a file of lines "label, tab, text".
//
//   lemma-train classifier --held-out FILE && classifier_bench FILE
//   classifier_bench src/service/reason/classified_requests.txt [--wrong]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "common/base/check.h"
#include "common/base/file.h"
#include "service/reason/request_classifier.h"
#include "service/reason/test_requests.h"

namespace {

using lemma::reason::IsOffDomain;
using lemma::reason::LabelledRequest;
using lemma::reason::RankProfiles;

struct Count {
  int n_of_class = 0;  // that are of the class
  int n_said = 0;      // that are said to be
  int n_right = 0;
};

std::string Said(const std::string& text) {
  return IsOffDomain(text) ? "off-domain" : std::string(RankProfiles(text).front());
}

void PrintTable(const std::vector<LabelledRequest>& requests, bool prints_wrong) {
  std::map<std::string, Count> counts;
  for (const LabelledRequest& request : requests) {
    const std::string said = Said(request.text);
    const bool is_right = std::ranges::find(request.labels, said) != request.labels.end();
    const std::string& label = is_right ? said : request.labels.front();
    ++counts[label].n_of_class;
    ++counts[said].n_said;
    counts[label].n_right += is_right;
    if (!is_right && prints_wrong) {
      std::printf("%s, said to be %s: %.120s\n", label.c_str(), said.c_str(), request.text.c_str());
    }
  }
  std::printf("%-20s %8s %10s %10s\n", "class", "requests", "precision", "recall");
  for (const auto& [label, count] : counts) {
    std::printf("%-20s %8d %10.3f %10.3f\n", label.c_str(), count.n_of_class,
                count.n_said == 0 ? 0 : double(count.n_right) / count.n_said,
                count.n_of_class == 0 ? 0 : double(count.n_right) / count.n_of_class);
  }
}

// The median of several runs. Two texts in turn: what the classifier was asked last, it knows.
double Microseconds(const std::string& text) {
  const std::string texts[] = {text, text.substr(1)};
  constexpr int kRuns = 31, kCalls = 20;
  std::vector<double> times;
  for (int run = 0; run < kRuns; ++run) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kCalls; ++i) LEMMA_CHECK(!Said(texts[i % 2]).empty());
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    times.push_back(took.count() / kCalls);
  }
  std::ranges::nth_element(times, times.begin() + kRuns / 2);
  return times[kRuns / 2];
}

void PrintTimes(const std::vector<LabelledRequest>& requests) {
  std::string all;
  for (const LabelledRequest& request : requests) all += request.text + "\n";
  std::printf("\n%-20s %8s\n", "bytes of a request", "us");
  for (const size_t n_bytes : {20, 100, 300, 1000, 3000, 16000, 1 << 20}) {
    while (all.size() < n_bytes) all += all;
    std::printf("%-20zu %8.1f\n", n_bytes, Microseconds(all.substr(0, n_bytes)));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: classifier_bench FILE [--wrong]\n");
    return 1;
  }
  const auto file = lemma::ReadFile(argv[1], 16 << 20);
  LEMMA_CHECK(file.ok(), file.status().message().c_str());
  const std::vector<LabelledRequest> requests = lemma::reason::ParseLabelledRequests(*file);
  PrintTable(requests, argc > 2 && std::strcmp(argv[2], "--wrong") == 0);
  PrintTimes(requests);
}
