#include "service/reason/request_classifier.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "common/base/check.h"
#include "common/text/text_classifier.h"
#include "service/reason/choose_profile.h"
#include "service/reason/classifier_weights.h"

namespace lemma::reason {
namespace {

constexpr std::string_view kMath = "math";
constexpr std::string_view kAlgorithm = "algorithm";
constexpr std::string_view kOffDomain = "off-domain";  // the class that is no profile

// By how much a class must lead the others, as TextClassifier::Scores counts. Chosen where no
// request of the held-out sets is refused wrongly, with some room above (docs/profiles.md).
constexpr float kOffDomainLead = 3;
constexpr float kLeadAgainstRule = 2;  // of algorithm over math or the other way round
constexpr float kTaskLead = 1;         // of another profile over both

constexpr size_t kRememberedBytesMax = 16 << 10;  // of the last text

// What only formulas and programs have; '*', '^' and '+' count beside a digit, '=', '<', '>'
// always.
constexpr std::array<std::string_view, 16> kMathSigns = {"∫", "∑", "√", "²", "³", "≤", "≥", "≠",
                                                         "≡", "∈", "∞", "×", "÷", "∠", "△", "```"};

const text::TextClassifier& Model() {
  static const text::TextClassifier model = [] {
    auto parsed = text::TextClassifier::Parse(ClassifierWeights());
    LEMMA_CHECK(parsed.ok(), parsed.status().message().c_str());
    return std::move(*parsed);
  }();
  return model;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The first character after `at` that is no blank, or a blank.
char Next(std::string_view text, size_t at) {
  const size_t next = text.find_first_not_of(' ', at + 1);
  return next == text.npos ? ' ' : text[next];
}

bool HasFormula(std::string_view text) {
  char before = ' ';  // the last one that was no blank
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && IsLetter(Next(text, i))) return true;  // LaTeX
    if (c == '=' || c == '<' || c == '>') return true;
    const bool is_operator = c == '*' || c == '^' || c == '+';
    if (is_operator && (IsDigit(before) || IsDigit(Next(text, i)))) return true;
    if (c != ' ') before = c;
  }
  return std::ranges::any_of(kMathSigns,
                             [&](std::string_view sign) { return text.find(sign) != text.npos; });
}

// Numbers and signs alone, or nothing: "25-7".
bool HasNoWords(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return IsLetter(c) || (c & 0x80) != 0; });
}

// The scores of a text, by what they are of.
struct ClassScores {
  std::vector<std::pair<float, std::string_view>> profiles;
  float math = 0;
  float algorithm = 0;
  float off_domain = 0;
  float best = 0;  // of the profiles
};

ClassScores ComputeScores(std::string_view text) {
  const text::TextClassifier& model = Model();
  const std::vector<float> all = model.Scores(text);
  ClassScores scores;
  for (size_t i = 0; i < all.size(); ++i) {
    const std::string_view name = model.classes()[i];
    if (name == kOffDomain) {
      scores.off_domain = all[i];
      continue;
    }
    if (name == kMath) scores.math = all[i];
    if (name == kAlgorithm) scores.algorithm = all[i];
    scores.profiles.emplace_back(all[i], name);
  }
  scores.best = std::ranges::max(scores.profiles).first;
  return scores;
}

// A request is asked of twice, for its profile and for its domain, one right after the other.
const ClassScores& ScoresOf(std::string_view text) {
  thread_local std::optional<std::string> asked;
  thread_local ClassScores scores;
  if (asked == text) return scores;
  scores = ComputeScores(text);
  asked.reset();
  if (text.size() <= kRememberedBytesMax) asked = text;
  return scores;
}

// Of a text of another class the model has not learnt which of the two it would be, nor of problems
// in LaTeX.
bool IsAlgorithm(const ClassScores& scores, std::string_view text) {
  const bool is_algorithm = ChooseProfile(text) == kAlgorithm;
  if (text.substr(0, kChooseBytesMax).find_first_of("$\\") != text.npos) return is_algorithm;
  const float better = std::max(scores.math, scores.algorithm);
  const bool is_sure = better >= std::max(scores.best, scores.off_domain) &&
                       std::abs(scores.math - scores.algorithm) > kLeadAgainstRule;
  return is_sure ? scores.algorithm > scores.math : is_algorithm;
}

}  // namespace

std::vector<std::string_view> RankProfiles(std::string_view text) {
  ClassScores scores = ScoresOf(text);
  const std::string_view chosen = IsAlgorithm(scores, text) ? kAlgorithm : kMath;
  const auto [worse, better] = std::minmax(scores.math, scores.algorithm);
  for (auto& [rank, name] : scores.profiles) {
    if (name == kMath || name == kAlgorithm) {
      rank = name == chosen ? better : worse;
    } else if (rank < scores.off_domain) {
      rank = std::min(rank, worse);  // small talk that sounds a little like an interview is none
    } else {
      rank -= kTaskLead;
    }
  }
  std::ranges::sort(scores.profiles, std::greater{});

  std::vector<std::string_view> ranked;
  for (const auto& [rank, name] : scores.profiles) ranked.push_back(name);
  return ranked;
}

bool IsOffDomain(std::string_view text) {
  const std::string_view judged = text.substr(0, kChooseBytesMax);
  if (HasNoWords(judged) || HasFormula(judged)) return false;
  const ClassScores& scores = ScoresOf(text);
  return scores.off_domain - scores.best > kOffDomainLead;
}

}  // namespace lemma::reason
