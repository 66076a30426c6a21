#include "service/eval/choice_problem.h"

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

// Where in `texts` the right choice is.
void ReadRight(FieldReader& fields, Choices& choices) {
  const json::value* answer = fields.Require("answer");
  if (answer == nullptr) return;
  if (const int64_t* index = answer->if_int64()) {
    choices.right = static_cast<size_t>(*index);  // below 0: beyond the end
  } else if (const json::string* text = answer->if_string()) {
    choices.right = 0;
    const bool is_letter = text->size() == 1 && (*text)[0] >= 'A' && (*text)[0] <= 'Z';
    if (is_letter) choices.right = static_cast<size_t>((*text)[0] - 'A');
    while (!is_letter && choices.right < choices.texts.size() &&
           choices.texts[choices.right] != std::string_view(*text)) {
      ++choices.right;
    }
  } else {
    return fields.Fail("answer", "must be a letter, an index from 0 or the text of a choice");
  }
  if (choices.right >= choices.texts.size()) fields.Fail("answer", "names none of the choices");
}

Choices ReadList(FieldReader& fields) {
  Choices choices;
  const json::value* list = fields.Require("choices");
  const json::array* texts = list == nullptr ? nullptr : list->if_array();
  if (texts == nullptr || texts->size() < 2 || texts->size() > kChoicesMax) {
    fields.Fail("choices", "must be an array of 2 to 26 strings");
    return choices;
  }
  for (const json::value& text : *texts) {
    if (!text.is_string()) fields.Fail("choices", "must be an array of 2 to 26 strings");
    choices.texts.emplace_back(text.is_string() ? std::string(text.get_string()) : "");
  }
  ReadRight(fields, choices);
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

void ReadChoiceProblem(FieldReader& fields, uint64_t seed, Problem& problem) {
  const bool is_gpqa = fields.Find("Correct Answer") != nullptr;
  const char* question = is_gpqa ? "Question" : "question";
  fields.Require(question);
  fields.ReadString(question, problem.prompt);
  for (const char* name : {"High-level domain", "family", "category", "subject"}) {
    if (problem.family.empty()) fields.ReadString(name, problem.family);
  }
  Choices choices = is_gpqa ? ReadGpqa(fields) : ReadList(fields);
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
