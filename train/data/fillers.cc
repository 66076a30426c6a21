#include "train/data/fillers.h"

#include <cctype>
#include <string_view>
#include <vector>

namespace lemma::train {
namespace {

bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// Two letters at least before and after: no formula's variable, no unit beside a number.
bool IsBetweenWords(std::string_view text, size_t space) {
  return space >= 2 && space + 2 < text.size() && text[space] == ' ' && IsLetter(text[space - 2]) &&
         (IsLetter(text[space - 1]) || text[space - 1] == ',') && IsLetter(text[space + 1]) &&
         IsLetter(text[space + 2]);
}

std::string EnglishFiller(Rng& rng) {
  if (rng.Chance(0.5)) {
    return std::string(rng.Pick({"now", "here", "then", "again", "simply", "kindly", "today", "so",
                                 "also", "perhaps", "indeed", "usually"}));
  }
  std::string word;
  for (int64_t syllables = rng.Int(2, 3); syllables > 0; --syllables) {
    word += rng.Pick({"b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z"});
    word += rng.Pick({"a", "e", "i", "o", "u"});
  }
  return word;
}

std::string WithEnglishFiller(Rng& rng, const std::string& text) {
  std::vector<size_t> places;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsBetweenWords(text, i)) places.push_back(i);
  }
  if (places.empty()) return text;
  const size_t place = rng.Pick(places);
  return text.substr(0, place) + " " + EnglishFiller(rng) + text.substr(place);
}

std::string WithChineseFiller(Rng& rng, const std::string& text) {
  std::vector<size_t> places = {0};
  for (const std::string_view comma : {", ", "，"}) {
    for (size_t at = text.find(comma); at != std::string::npos; at = text.find(comma, at + 1)) {
      places.push_back(at + comma.size());
    }
  }
  const size_t place = rng.Pick(places);
  return text.substr(0, place) +
         std::string(rng.Pick({"现在", "那么", "这里", "其实", "另外", "今天", "请看, ", "据说"})) +
         text.substr(place);
}

bool IsChinese(const std::string& text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0x80) != 0) return true;
  }
  return false;
}

}  // namespace

std::string WithFillers(Rng& rng, const std::string& question) {
  if (question.find_first_of("$\\") != std::string::npos) return question;
  std::string text = question;
  for (int64_t n = rng.Int(1, 3); n > 0; --n) {
    text = IsChinese(question) ? WithChineseFiller(rng, text) : WithEnglishFiller(rng, text);
  }
  return text;
}

}  // namespace lemma::train
