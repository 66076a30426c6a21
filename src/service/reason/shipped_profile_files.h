// The files of profiles/, each whole (CMakeLists.txt makes the source).
#pragma once

#include <span>

namespace lemma::reason {

std::span<const char* const> ShippedProfileFiles();

}  // namespace lemma::reason
