// The golds of AIME 2024, AIME 2025 and HMMT February 2025: each is itself, is what models write
// for it, and is none of the others.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "service/reason/answer_equality.h"
#include "service/reason/answer_extractor.h"

namespace lemma::reason {
namespace {

// Of HMMT, which has the hard forms; all three files are read where they are at hand.
const std::vector<std::string>& HmmtGolds() {
  static const std::vector<std::string> golds = {
      "103",
      "3375",
      "\\frac{1}{576}",
      "-984",
      "890",
      "\\frac{1311}{2017}",
      "\\frac{9 \\sqrt{23}}{23}",
      "1-\\frac{2}{\\pi}",
      "1037",
      "\\frac{-1+\\sqrt{17}}{2}, \\frac{-1-\\sqrt{17}}{2}",
      "56",
      "29",
      "105",
      "2304",
      "200",
      "6300",
      "2^{25} \\cdot 26!",
      "\\frac{2025}{101}",
      "\\frac{4}{9}",
      "\\frac{448}{3}",
      "26",
      "63",
      "8\\sqrt{10}",
      "20",
      "\\sqrt{23}-2 \\sqrt{3}",
      "9\\sqrt{15}",
      "\\frac{7}{18}",
      "\\sqrt{6}",
      "14+4\\sqrt{37}",
      "\\sqrt{\\frac{95}{24}}",
      "025",
      "004",
      "204"};
  return golds;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::vector<std::string> Rewritings(const std::string& gold) {
  std::vector<std::string> texts = {
      gold,
      "$" + gold + "$",
      "\\(" + gold + "\\)",
      "\\boxed{" + gold + "}",
      " " + gold + " .",
      Replaced(gold, " ", ""),
      Replaced(gold, "\\frac", "\\dfrac"),
      Replaced(gold, "\\frac", " \\displaystyle\\frac"),
      Replaced(gold, "\\cdot", "\\times"),
      Replaced(gold, "+", " + "),
      Replaced(gold, "{", "{ "),
      ExtractAnswer("So the answer is \\boxed{" + gold + "}.")->text,
      ExtractAnswer("The answer is $" + gold + "$.")->text,
  };
  if (gold.find(',') == gold.npos) {
    texts.push_back("x=" + gold);
    texts.push_back("(" + gold + ")");
    texts.push_back(gold + " \\text{ units}");
    texts.push_back("0+" + gold);
    texts.push_back("\\frac{" + gold + "}{1}");
  }
  return texts;
}

void ExpectItselfAndRewritings(const std::string& gold) {
  for (const std::string& text : Rewritings(gold)) {
    const AnswerVerdict verdict = CompareAnswers(gold, text);
    EXPECT_TRUE(verdict.same) << gold << "  vs  " << text << ": " << verdict.reason;
    EXPECT_LT(verdict.steps_used, 200'000) << gold << "  vs  " << text;
  }
  for (const std::string& text : {gold + "+1", "-(" + gold + ")", "2\\cdot(" + gold + ")"}) {
    EXPECT_FALSE(CompareAnswers(gold, text).same) << gold << "  vs  " << text;
  }
}

TEST(AnswerGoldsTest, EachIsItselfAndItsRewritings) {
  for (const std::string& gold : HmmtGolds()) ExpectItselfAndRewritings(gold);
}

TEST(AnswerGoldsTest, NoneIsAnother) {
  for (const std::string& gold : HmmtGolds()) {
    for (const std::string& other : HmmtGolds()) {
      if (&gold == &other) continue;
      EXPECT_FALSE(CompareAnswers(gold, other).same) << gold << "  vs  " << other;
    }
  }
}

TEST(AnswerGoldsTest, TheFilesAtHandToo) {
  const std::filesystem::path folder = LEMMA_SOURCE_DIR "/../shared/data/benchmarks";
  if (!std::filesystem::exists(folder))
    GTEST_SKIP() << "the benchmarks are not the repository's to hold: " << folder;
  int n_golds = 0;
  for (const char* name : {"aime24.jsonl", "aime25.jsonl", "hmmt25.jsonl"}) {
    std::ifstream file(folder / name);
    for (std::string line; std::getline(file, line); ++n_golds) {
      ExpectItselfAndRewritings(std::string(boost::json::parse(line).at("answer").as_string()));
    }
  }
  EXPECT_EQ(n_golds, 90);
}

}  // namespace
}  // namespace lemma::reason
