#include "service/gateway/exposition.h"

#include <map>
#include <string_view>
#include <utility>

namespace lemma::gateway {
namespace {

struct Family {
  const ReplicaExposition* head_of = nullptr;
  std::string head;  // HELP and TYPE
  std::string samples;
};

std::string_view TakeLine(std::string_view& rest) {
  const size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return line;
}

// "a" of "# TYPE a counter"; "" where the line is no such comment.
std::string_view FamilyOf(std::string_view line) {
  if (!line.starts_with("# TYPE ") && !line.starts_with("# HELP ")) return "";
  line.remove_prefix(7);
  return line.substr(0, line.find(' '));
}

std::string Escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

// a{x="y"} 1 -> a{replica="name",x="y"} 1
std::string Labelled(std::string_view sample, const std::string& label) {
  const size_t end = sample.find_first_of("{ ");
  if (end == sample.npos || label.empty()) return std::string(sample);
  std::string out(sample.substr(0, end));
  out += "{" + label;
  if (sample[end] == '{') {
    const bool has_labels = end + 1 < sample.size() && sample[end + 1] != '}';
    out += (has_labels ? "," : "") + std::string(sample.substr(end + 1));
  } else {
    out += "}" + std::string(sample.substr(end));
  }
  return out;
}

}  // namespace

std::string MergeExpositions(const std::vector<ReplicaExposition>& parts) {
  std::vector<std::string> order;
  std::map<std::string, Family> families;
  for (const ReplicaExposition& part : parts) {
    const std::string label =
        part.replica.empty() ? "" : "replica=\"" + Escaped(part.replica) + "\"";
    std::string family;  // samples before the first TYPE have none
    std::string_view rest = part.text;
    while (!rest.empty()) {
      const std::string_view line = TakeLine(rest);
      if (line.empty()) continue;
      if (const std::string_view named = FamilyOf(line); !named.empty()) family = named;
      if (!families.contains(family)) order.push_back(family);
      Family& into = families[family];
      if (!line.starts_with('#')) {
        into.samples += Labelled(line, label) + "\n";
      } else if (into.head_of == nullptr || into.head_of == &part) {
        into.head_of = &part;
        into.head += std::string(line) + "\n";
      }
    }
  }
  std::string out;
  for (const std::string& name : order) out += families[name].head + families[name].samples;
  return out;
}

}  // namespace lemma::gateway
