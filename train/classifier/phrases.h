// Requests written from templates: the file of phrases that the classifier learns from.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "train/data/rng.h"

namespace lemma::train {

struct LabelledText {
  std::string label;
  std::string text;
};

// As a line: label, tab, text with its new lines as \n.
std::string FormatLabelledText(const LabelledText& one);

// A file of phrases, as the beginning of phrases.txt says.
class Phrases {
 public:
  // Errors: kInvalidArgument with the line.
  static Result<Phrases> Parse(std::string_view file);

  // Each template at most so many times, with other fillers: a text comes once.
  std::vector<LabelledText> Write(int n_of_each, Rng& rng) const;

  const std::vector<LabelledText>& templates() const { return templates_; }
  std::set<std::string> fillers() const;  // of all names

 private:
  std::string Fill(std::string_view text, Rng& rng) const;

  std::map<std::string, std::vector<std::string>, std::less<>> fillers_;
  std::vector<LabelledText> templates_;
};

}  // namespace lemma::train
