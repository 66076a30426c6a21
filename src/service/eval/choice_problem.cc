#include "service/eval/choice_problem.h"

#include <algorithm>
#include <boost/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace lemma::eval {
namespace {

namespace json = boost::json;

struct Choices {
  std::vector<std::string> texts;
  size_t right = 0;
};

Choices ReadGpqa(FieldReader& fields) {
  Choices choices;
  for (const char* name :
       {"Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3"}) {
    fields.Require(name);
    fields.ReadString(name, choices.texts.emplace_back());
  }
  return choices;
}

bool IsText(const json::value& answer, const std::string& text) {
  return answer.is_string() && answer.get_string() == std::string_view(text);
}

bool IsLetterOrIndex(const json::value& answer, size_t i) {
  return answer == json::value(std::string(1, static_cast<char>('A' + i))) ||
         answer == json::value(static_cast<int64_t>(i));
}

// n_choices where it is none.
size_t LetterOrIndex(const json::value& answer, size_t n_choices) {
  size_t i = 0;
  while (i < n_choices && !IsLetterOrIndex(answer, i)) ++i;
  return i;
}

// Where the right choice is; beyond the end where `answer` names none. A text is meant before a
// letter: "A" may be the text of the second.
size_t IndexOf(const json::value& answer, const std::vector<std::string>& texts) {
  for (size_t i = 0; i < texts.size(); ++i) {
    if (IsText(answer, texts[i])) return i;
  }
  return LetterOrIndex(answer, texts.size());
}

// MMLU-Pro's `answer_index` leaves no doubt, so that it decides.
void ReadRight(FieldReader& fields, Choices& choices) {
  const json::value* index = fields.Find("answer_index");
  const json::value* answer = index == nullptr ? fields.Require("answer") : fields.Find("answer");
  if (answer != nullptr && !answer->is_string() && !answer->is_int64()) {
    return fields.Fail("answer", "must be a letter, an index from 0 or the text of a choice");
  }
  if (index == nullptr && answer == nullptr) return;
  choices.right = IndexOf(index == nullptr ? *answer : *index, choices.texts);
  if (choices.right == choices.texts.size()) {
    return fields.Fail(index == nullptr ? "answer" : "answer_index", "names none of the choices");
  }
  if (index != nullptr && answer != nullptr && !IsLetterOrIndex(*answer, choices.right) &&
      !IsText(*answer, choices.texts[choices.right])) {
    fields.Fail("answer", "is not the choice that answer_index names");
  }
}

bool HasList(const FieldReader& fields) {
  return fields.Find("choices") != nullptr || fields.Find("options") != nullptr;
}

Choices ReadList(FieldReader& fields) {
  Choices choices;
  const char* name = fields.Find("choices") != nullptr ? "choices" : "options";
  const json::array* texts = fields.Find(name)->if_array();
  if (texts == nullptr || texts->size() < 2 || texts->size() > kChoicesMax ||
      !std::all_of(texts->begin(), texts->end(), [](const auto& t) { return t.is_string(); })) {
    fields.Fail(name, "must be an array of 2 to 26 strings");
    return choices;
  }
  for (const json::value& text : *texts) choices.texts.emplace_back(text.get_string());
  ReadRight(fields, choices);
  return choices;
}

// The columns are named by the letters that `answer` says, whatever their texts are.
Choices ReadColumns(FieldReader& fields) {
  Choices choices;
  for (char letter = 'A'; letter <= 'Z' && fields.Find(std::string(1, letter)); ++letter) {
    fields.ReadString(std::string(1, letter), choices.texts.emplace_back());
  }
  const json::value* answer = fields.Require("answer");
  if (answer == nullptr) return choices;
  choices.right = LetterOrIndex(*answer, choices.texts.size());
  if (choices.right == choices.texts.size()) fields.Fail("answer", "names none of the choices");
  return choices;
}

// Fisher and Yates; not std::shuffle, which each library does in its own way.
void Shuffle(Choices& choices, uint64_t seed) {
  std::mt19937_64 random(seed);
  for (size_t i = choices.texts.size(); i > 1; --i) {
    const size_t j = random() % i;
    std::swap(choices.texts[i - 1], choices.texts[j]);
    if (choices.right == i - 1) {
      choices.right = j;
    } else if (choices.right == j) {
      choices.right = i - 1;
    }
  }
}

}  // namespace

bool HasChoices(const FieldReader& fields) {
  const auto has = [&](const char* name) { return fields.Find(name) != nullptr; };
  return has("Correct Answer") || HasList(fields) || (has("A") && has("B"));
}

void ReadChoiceProblem(FieldReader& fields, uint64_t seed, Problem& problem) {
  const bool is_gpqa = fields.Find("Correct Answer") != nullptr;
  const char* question = is_gpqa ? "Question" : "question";
  fields.Require(question);
  fields.ReadString(question, problem.prompt);
  for (const char* name : {"High-level domain", "family", "category", "subject"}) {
    if (problem.family.empty()) fields.ReadString(name, problem.family);
  }
  Choices choices = is_gpqa           ? ReadGpqa(fields)
                    : HasList(fields) ? ReadList(fields)
                                      : ReadColumns(fields);
  if (!fields.ok()) return;
  Shuffle(choices, seed);
  problem.prompt += "\n\n";
  for (size_t i = 0; i < choices.texts.size(); ++i) {
    problem.prompt += std::string(1, static_cast<char>('A' + i)) + ". " + choices.texts[i] + "\n";
  }
  problem.prompt +=
      "\nReason step by step, and put the letter of your choice, and nothing else, within "
      "\\boxed{}.";
  problem.gold = std::string(1, static_cast<char>('A' + choices.right));
}

}  // namespace lemma::eval
