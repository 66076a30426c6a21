#include "train/classifier/phrases.h"

#include <fmt/format.h>

#include <utility>

namespace lemma::train {
namespace {

constexpr std::string_view kBetweenFillers = " | ";
constexpr std::string_view kBeforeFillers = " = ";
constexpr std::string_view kNumber = "n";  // a filler that is always there

std::vector<std::string> Split(std::string_view text, std::string_view mark) {
  std::vector<std::string> parts;
  for (;;) {
    const size_t end = text.find(mark);
    parts.emplace_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + mark.size());
  }
}

std::string WithNewLines(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_new_line = text.substr(i).starts_with("\\n");
    out += is_new_line ? '\n' : text[i];
    i += is_new_line;
  }
  return out;
}

// Numbers as people choose them: most are small.
std::string Number(Rng& rng) {
  return std::to_string(rng.Chance(0.8) ? rng.Int(2, 99) : rng.Int(100, 2500));
}

}  // namespace

std::string FormatLabelledText(const LabelledText& one) {
  std::string line = one.label + '\t';
  for (const char c : one.text) line += c == '\n' ? std::string("\\n") : std::string(1, c);
  return line;
}

Result<Phrases> Phrases::Parse(std::string_view file) {
  Phrases phrases;
  std::string label;
  int n_line = 0;
  for (const std::string& line : Split(file, "\n")) {
    ++n_line;
    if (line.empty() || line.starts_with("# ")) continue;
    if (line.starts_with('[') && line.ends_with(']')) {
      label = line.substr(1, line.size() - 2);
    } else if (line.starts_with('@')) {
      const size_t mark = line.find(kBeforeFillers);
      if (mark == line.npos) {
        return InvalidArgument(fmt::format("line {}: needed: @name = a | b", n_line));
      }
      phrases.fillers_[line.substr(1, mark - 1)] =
          Split(std::string_view(line).substr(mark + kBeforeFillers.size()), kBetweenFillers);
    } else if (label.empty()) {
      return InvalidArgument(fmt::format("line {}: a request before any [label]", n_line));
    } else {
      phrases.templates_.push_back({label, line});
    }
  }
  return phrases;
}

std::vector<LabelledText> Phrases::Write(int n_of_each, Rng& rng) const {
  std::vector<LabelledText> texts;
  std::set<std::string> seen;
  for (const LabelledText& one : templates_) {
    for (int i = 0; i < n_of_each; ++i) {
      std::string text = WithNewLines(Fill(one.text, rng));
      if (seen.insert(text).second) texts.push_back({one.label, std::move(text)});
    }
  }
  return texts;
}

std::set<std::string> Phrases::fillers() const {
  std::set<std::string> all;
  for (const auto& [name, fillers] : fillers_) all.insert(fillers.begin(), fillers.end());
  return all;
}

// Braces that hold no filler's name stay: programs have them.
std::string Phrases::Fill(std::string_view text, Rng& rng) const {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text[at] == '{' ? text.find('}', at) : text.npos;
    const std::string_view name =
        end == text.npos ? std::string_view() : text.substr(at + 1, end - at - 1);
    const auto fillers = fillers_.find(name);
    if (name == kNumber) {
      out += Number(rng);
    } else if (fillers != fillers_.end()) {
      out += Fill(rng.Pick(fillers->second), rng);
    } else {
      out += text[at++];
      continue;
    }
    at = end + 1;
  }
  return out;
}

}  // namespace lemma::train
