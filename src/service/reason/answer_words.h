// Answers that are words or the letters of a multiple choice, compared as text.
//
// Threads: any. Linear in the text.
#pragma once

#include <string>
#include <string_view>

namespace lemma::reason {

// The words of a text without the marks of LaTeX and Markdown, in lower case, single spaces
// between.
std::string PlainWords(std::string_view text);

// The same with capitals kept and no spaces but those between digits: equal texts are equal answers
// whatever they mean.
std::string PlainText(std::string_view text);

// "C" of "C", "(C)", "\text{C. 12}", "Option C", "选C"; "ACD" of "A, C, D" and "ACD". "" for any
// other text.
std::string ChoiceLetters(std::string_view text);

}  // namespace lemma::reason
