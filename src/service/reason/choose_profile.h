// Which profile a question is for, from its words alone.
#pragma once

#include <string_view>

#include "service/reason/task_profile.h"

namespace lemma::reason {

// `text` is the question, in English or Chinese. A question is for a program when the words of
// programming in it outweigh those of mathematics; anything else is mathematics. Takes time linear
// in the text, of which the first kChooseBytesMax count.
const TaskProfile& ChooseProfile(std::string_view text);

inline constexpr size_t kChooseBytesMax = 16 << 10;

}  // namespace lemma::reason
