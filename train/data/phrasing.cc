#include "train/data/phrasing.h"

#include <algorithm>

namespace lemma::train {

std::string ChooseTexts(Rng& rng, std::string_view pattern) {
  std::string out;
  for (size_t i = 0; i < pattern.size();) {
    const size_t end = pattern[i] == '[' ? pattern.find(']', i) : std::string_view::npos;
    const std::string_view inside =
        end == std::string_view::npos ? "" : pattern.substr(i + 1, end - i - 1);
    if (inside.find('|') == std::string_view::npos) {
      out += pattern[i++];
      continue;
    }
    std::vector<std::string_view> texts;
    for (size_t from = 0; from <= inside.size();) {
      const size_t bar = std::min(inside.find('|', from), inside.size());
      texts.push_back(inside.substr(from, bar - from));
      from = bar + 1;
    }
    out += rng.Pick(texts);
    i = end + 1;
  }
  return out;
}

std::string Fill(std::string_view pattern, const Variables& variables) {
  std::string out;
  std::vector<bool> used(variables.size(), false);
  for (size_t i = 0; i < pattern.size();) {
    const size_t end = pattern[i] == '{' ? pattern.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += pattern[i++];
      continue;
    }
    const std::string_view name = pattern.substr(i + 1, end - i - 1);
    size_t v = 0;
    while (v < variables.size() && variables[v].first != name) ++v;
    LEMMA_CHECK(v < variables.size(), "a phrasing names a variable that is not given");
    used[v] = true;
    out += variables[v].second;
    i = end + 1;
  }
  for (const bool was_used : used) LEMMA_CHECK(was_used, "a phrasing leaves a variable out");
  return out;
}

std::string Phrase(Rng& rng, const Phrasings& phrasings, Split split, Language language,
                   const Variables& variables) {
  const auto& patterns = split == Split::kTrain ? phrasings.train : phrasings.held_out;
  std::string text = Fill(ChooseTexts(rng, rng.Pick(patterns)), variables);
  if (language == Language::kEnglish) {
    if (rng.Chance(0.12)) {
      text = std::string(rng.Pick({"Please solve this: ", "Solve: ", "Question: ", "Help me: ",
                                   "Here is a problem. ", "Problem: "})) +
             text;
    }
    if (rng.Chance(0.12)) {
      text += rng.Pick({" Show your steps.", " Explain step by step.", " Think step by step.",
                        " Put the final answer in \\boxed{}.", " Give the steps and the result.",
                        " Please reason step by step."});
    }
  } else {
    if (rng.Chance(0.12)) {
      text = std::string(
                 rng.Pick({"请解答: ", "题目: ", "请问, ", "帮我做这道题: ", "问题: ", "求解: "})) +
             text;
    }
    if (rng.Chance(0.12)) {
      text += rng.Pick({"请写出步骤。", "请一步一步推理。", "请给出过程和结果。",
                        "最后答案放在 \\boxed{} 中。", "请逐步解答。", "写出详细过程。"});
    }
  }
  return text;
}

}  // namespace lemma::train
