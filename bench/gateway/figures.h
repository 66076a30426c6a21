// What was measured, as a table for people and as JSON.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lemma::bench {

struct Figure {
  std::string name;  // "one client: p99"
  std::string unit;  // "ms"
  // By contender. Where `is_added`, "direct" is the time itself, the others what they add to it.
  std::map<std::string, double> values = {};
  bool is_added = false;
  std::optional<double> target_max = {}, target_min = {};  // for lemma
};

std::string TableOf(const std::vector<Figure>& figures);
std::string JsonOf(const std::vector<Figure>& figures);

}  // namespace lemma::bench
