#include "train/data/wording.h"

#include <algorithm>
#include <array>

namespace lemma::train {
namespace {

constexpr std::array<std::pair<char, std::string_view>, 6> kFullWidth = {{
    {',', "，"},
    {'.', "。"},
    {'?', "？"},
    {':', "："},
    {';', "；"},
    {'!', "！"},
}};

const BilingualPhrasings& ExpressionPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"Compute {e}.", "What is {e}?", "Calculate {e}.", "Evaluate {e}.", "Find the value of {e}.",
        "{e} = ?", "{e}", "Work out {e}.", "What does {e} equal?", "How much is {e}?", "Find {e}."},
       {"Determine the value of {e}.", "Tell me the value of {e}.", "What do you get for {e}?"}},
      {{"计算 {e}.", "计算: {e}", "求 {e} 的值.", "{e} = ?", "{e}", "{e} 等于多少?", "算一算 {e}.",
        "计算 {e} 的结果.", "{e} 是多少?", "{e} 的值是多少?", "求 {e}."},
       {"试求 {e} 的值.", "{e} 的结果等于多少?", "算出 {e} 的值."}}};
  return phrasings;
}

}  // namespace

std::string WithFullWidthPunctuation(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto* mark = std::find_if(kFullWidth.begin(), kFullWidth.end(),
                                    [&](const auto& entry) { return entry.first == text[i]; });
    const bool after_chinese = i > 0 && (text[i - 1] & 0x80) != 0;
    if (mark == kFullWidth.end() || !(after_chinese || i + 1 == text.size())) {
      out += text[i];
      continue;
    }
    out += mark->second;
    if (i + 1 < text.size() && text[i + 1] == ' ') ++i;
  }
  return out;
}

std::string Ask(Rng& rng, const BilingualPhrasings& phrasings, Split split, Language language,
                const Variables& variables) {
  if (language == Language::kEnglish) {
    return Phrase(rng, phrasings.english, split, language, variables);
  }
  std::string text = Phrase(rng, phrasings.chinese, split, language, variables);
  return rng.Chance(0.5) ? WithFullWidthPunctuation(text) : text;
}

std::string InMathStyle(Rng& rng, std::string_view expression) {
  struct Signs {
    std::string_view times, over;
  };
  static const std::vector<Signs> kStyles = {
      {"*", "/"}, {" * ", " / "}, {" × ", " ÷ "}, {" \\times ", " \\div "}};
  const Signs& signs = rng.Pick(kStyles);
  std::string text;
  for (const char c : expression) {
    if (c == '*') {
      text += signs.times;
    } else if (c == '/') {
      text += signs.over;
    } else {
      text += c;
    }
  }
  const bool latex = signs.times == kStyles.back().times;
  return latex && rng.Chance(0.5) ? "$" + text + "$" : text;
}

std::string AskValueOf(Rng& rng, std::string_view expression, Split split, Language language) {
  return Ask(rng, ExpressionPhrasings(), split, language, {{"e", std::string(expression)}});
}

std::string AskExpression(Rng& rng, std::string_view expression, Split split, Language language) {
  return AskValueOf(rng, InMathStyle(rng, expression), split, language);
}

std::string NumberedSolution(Language language, const std::vector<std::string>& steps,
                             std::string_view answer) {
  std::string out;
  for (size_t i = 0; i < steps.size(); ++i) out += std::to_string(i + 1) + ". " + steps[i] + "\n";
  out += In(language, "Answer: ", "答案: ");
  out += "\\boxed{";
  out += answer;
  out += "}";
  return out;
}

std::string_view PersonName(Rng& rng, Language language) {
  if (language == Language::kEnglish) {
    return rng.Pick({"Emma", "Liam", "Mia", "Noah", "Ava", "Lucas", "Sara", "Tom", "Anna", "Ben",
                     "Lily", "Jack"});
  }
  return rng.Pick({"小明", "小红", "小刚", "小丽", "小华", "小芳", "小强", "小美", "李雷", "王芳",
                   "张伟", "刘洋"});
}

std::string_view CountableThings(Rng& rng, Language language) {
  if (language == Language::kEnglish) {
    return rng.Pick({"apples", "oranges", "books", "pencils", "stickers", "marbles", "cards",
                     "coins", "eggs", "cookies", "stamps", "beads"});
  }
  return rng.Pick({"个苹果", "个橙子", "本书", "支铅笔", "张贴纸", "颗弹珠", "张卡片", "枚硬币",
                   "个鸡蛋", "块饼干", "张邮票", "颗珠子"});
}

}  // namespace lemma::train
