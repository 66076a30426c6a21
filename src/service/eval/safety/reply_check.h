// What a reply is: an answer, or a refusal; and whether it has a word that people are hurt by.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lemma::eval {

// True where a reply begins by saying that it will not, in English or Chinese. By phrases: what
// refuses in other words is taken for an answer.
bool IsRefusal(std::string_view reply);

class WordList {
 public:
  // A word a line; blank lines are left out. Case does not matter in ASCII.
  explicit WordList(std::string_view lines);

  // The first listed word in the text, "" where there is none. Words of letters are whole words;
  // Chinese ones, which nothing parts, stand anywhere.
  std::string FirstIn(std::string_view text) const;

 private:
  std::vector<std::string> words_;
};

}  // namespace lemma::eval
