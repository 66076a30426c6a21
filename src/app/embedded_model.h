// lemma-mini, whose files are part of the program (embedded_model.S.in).
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace lemma::app {

inline constexpr std::string_view kEmbeddedModelName = "lemma-mini";

// By file name, as in models/lemma-mini.
const std::map<std::string, std::string_view>& EmbeddedModelFiles();

}  // namespace lemma::app
