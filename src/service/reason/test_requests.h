// For tests and the benchmark: requests of which it is known what they are for.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::reason {

struct LabelledRequest {
  std::vector<std::string> labels;  // names of profiles, or "off-domain": each is right
  std::string text;
};

// Lines "label/label, tab, text", the text's new lines written as \n; '#' begins a comment.
inline std::vector<LabelledRequest> ParseLabelledRequests(std::string_view file) {
  std::vector<LabelledRequest> requests;
  while (!file.empty()) {
    std::string_view line = file.substr(0, file.find('\n'));
    file.remove_prefix(std::min(line.size() + 1, file.size()));
    const size_t tab = line.find('\t');
    if (line.starts_with('#') || tab == line.npos) continue;
    LabelledRequest& request = requests.emplace_back();
    std::string_view labels = line.substr(0, tab);
    while (!labels.empty()) {
      const std::string_view label = labels.substr(0, labels.find('/'));
      request.labels.emplace_back(label);
      labels.remove_prefix(std::min(label.size() + 1, labels.size()));
    }
    line.remove_prefix(tab + 1);
    for (size_t i = 0; i < line.size(); ++i) {
      const bool is_new_line = line.substr(i).starts_with("\\n");
      request.text += is_new_line ? '\n' : line[i];
      i += is_new_line;
    }
  }
  return requests;
}

}  // namespace lemma::reason
