// The answer in a reply's boxes.
//
// Linear in the text. Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lemma::reason {

// Of the last complete box; joined by ", " with those before it that only "and", "或" or a comma
// parts from it. A box without braces ends at a space or a dollar sign.
std::optional<std::string> BoxedAnswer(std::string_view text);

// The text before a box that is cut off; all of it where none is.
std::string_view BeforeCutBox(std::string_view text);

}  // namespace lemma::reason
