// A program in a model's reply, which may be cut off anywhere, and its language.
//
// Only what follows the last </think> counts, where anything does. The first rule that finds
// something wins: the last complete fenced block that names a language of ours; the last one that
// names none and reads like one; a last block whose end is missing; a reply that is a program as it
// stands.
//
// Linear in the text, of which the last kProgramReplyBytesMax bytes count. Threads: any.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lemma::reason {

inline constexpr size_t kProgramReplyBytesMax = 1 << 20;

enum class ProgramLanguage { kPython, kCpp };

const char* ProgramLanguageName(ProgramLanguage language);  // "python", "c++"

// Of a name as fences and people write it: "py", "Python3", "C++17", "cpp".
std::optional<ProgramLanguage> ProgramLanguageOfName(std::string_view name);

// From what only one of them has. Nothing where neither is seen.
std::optional<ProgramLanguage> DetectProgramLanguage(std::string_view source);

struct Program {
  ProgramLanguage language;
  std::string source;
};

std::optional<Program> ExtractProgram(std::string_view reply);

}  // namespace lemma::reason
