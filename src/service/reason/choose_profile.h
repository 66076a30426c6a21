// Which profile a question is for, from its words alone: "math" or "algorithm". The rules of
// request_classifier.h, which knows the others.
#pragma once

#include <cstddef>
#include <string_view>

namespace lemma::reason {

// `text` is the question, in English or Chinese. A question is for a program when the words of
// programming in it outweigh those of mathematics; anything else is mathematics. Takes time linear
// in the text, of which the first kChooseBytesMax count.
std::string_view ChooseProfile(std::string_view text);

inline constexpr size_t kChooseBytesMax = 4 << 10;

}  // namespace lemma::reason
