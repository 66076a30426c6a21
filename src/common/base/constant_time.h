// Comparing secrets: how long it takes tells nobody how much of a guess is right. Any thread.
#pragma once

#include <string_view>

namespace lemma {

// In a time that does not depend on where they differ; that their lengths differ may show.
bool EqualInConstantTime(std::string_view a, std::string_view b);

}  // namespace lemma
