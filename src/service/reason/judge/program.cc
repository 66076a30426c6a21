#include "service/reason/judge/program.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace lemma::reason {
namespace {

// Takes the first line off `text`, without its newline.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view WithoutIndent(std::string_view line, size_t columns_max = SIZE_MAX) {
  const size_t indent = line.find_first_not_of(" \t");
  return line.substr(std::min(
      {indent == std::string_view::npos ? line.size() : indent, columns_max, line.size()}));
}

// The marks at the start of a fence line: "```" or longer, or of tildes. Empty: no fence.
std::string_view FenceMarks(std::string_view line) {
  line = WithoutIndent(line);
  if (!line.starts_with("```") && !line.starts_with("~~~")) return {};
  const size_t end = line.find_first_not_of(line.front());
  return line.substr(0, end);
}

struct FencedBlock {
  std::string_view language;  // the first word after the marks
  std::string content;
  bool complete;
};

std::string_view FirstWord(std::string_view text) {
  text = WithoutIndent(text);
  return text.substr(0, text.find_first_of(" \t{,:"));
}

std::vector<FencedBlock> FencedBlocks(std::string_view text) {
  std::vector<FencedBlock> blocks;
  while (!text.empty()) {
    const std::string_view opening = TakeLine(text);
    const std::string_view marks = FenceMarks(opening);
    if (marks.empty()) continue;
    // Within a list the whole block is indented.
    const size_t indent = opening.size() - WithoutIndent(opening).size();
    FencedBlock block{FirstWord(WithoutIndent(opening).substr(marks.size())), "", false};
    while (!text.empty() && !block.complete) {
      const std::string_view line = TakeLine(text);
      const std::string_view closing = FenceMarks(line);
      block.complete = closing.size() >= marks.size() && closing.front() == marks.front() &&
                       WithoutIndent(WithoutIndent(line).substr(closing.size())).empty();
      if (!block.complete) block.content.append(WithoutIndent(line, indent)).push_back('\n');
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

std::optional<ProgramLanguage> LanguageOf(const FencedBlock& block) {
  return block.language.empty() ? DetectProgramLanguage(block.content)
                                : ProgramLanguageOfName(block.language);
}

// The last block for which `counts`, if it is in a language of ours.
template <typename Predicate>
std::optional<Program> LastOf(const std::vector<FencedBlock>& blocks, Predicate counts) {
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    if (!counts(*block)) continue;
    if (const auto language = LanguageOf(*block)) return Program{*language, block->content};
  }
  return std::nullopt;
}

bool HasLineThatStarts(std::string_view text, std::string_view start) {
  if (text.starts_with(start)) return true;
  const std::string with_newline = "\n" + std::string(start);
  return text.find(with_newline) != std::string_view::npos;
}

}  // namespace

const char* ProgramLanguageName(ProgramLanguage language) {
  return language == ProgramLanguage::kPython ? "python" : "c++";
}

std::optional<ProgramLanguage> ProgramLanguageOfName(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* python : {"python", "py", "python3", "py3", "pypy", "pypy3"}) {
    if (lower == python) return ProgramLanguage::kPython;
  }
  for (const char* cpp : {"cc", "cxx", "hpp"}) {
    if (lower == cpp) return ProgramLanguage::kCpp;
  }
  // With the year of a standard or without.
  for (const char* cpp : {"c++", "cpp"}) {
    if (!lower.starts_with(cpp)) continue;
    const std::string_view year = std::string_view(lower).substr(3);
    if (std::all_of(year.begin(), year.end(), [](unsigned char c) { return std::isdigit(c); })) {
      return ProgramLanguage::kCpp;
    }
  }
  return std::nullopt;
}

std::optional<ProgramLanguage> DetectProgramLanguage(std::string_view source) {
  for (const char* cpp : {"#include", "using namespace ", "int main(", "template <", "template<"}) {
    if (HasLineThatStarts(source, cpp)) return ProgramLanguage::kCpp;
  }
  // A line of C++ that begins so ends in a semicolon or a brace; these do in neither.
  for (const char* python :
       {"def ", "import ", "from ", "print(", "for ", "while ", "if __name__", "@", "async def "}) {
    if (HasLineThatStarts(source, python)) return ProgramLanguage::kPython;
  }
  if (HasLineThatStarts(source, "class ")) {
    return source.find("};") == std::string_view::npos ? ProgramLanguage::kPython
                                                       : ProgramLanguage::kCpp;
  }
  if (source.find("input()") != std::string_view::npos) return ProgramLanguage::kPython;
  if (source.find("std::") != std::string_view::npos) return ProgramLanguage::kCpp;
  return std::nullopt;
}

std::optional<Program> ExtractProgram(std::string_view reply) {
  constexpr std::string_view kEndOfThinking = "</think>";
  const size_t thinking_end = reply.rfind(kEndOfThinking);
  if (thinking_end != std::string_view::npos) {
    const std::string_view answer = reply.substr(thinking_end + kEndOfThinking.size());
    const bool answered = answer.find_first_not_of(" \t\r\n") != std::string_view::npos;
    reply = answered ? answer : reply.substr(0, thinking_end);
  }
  if (reply.size() > kProgramReplyBytesMax)
    reply.remove_prefix(reply.size() - kProgramReplyBytesMax);
  const std::vector<FencedBlock> blocks = FencedBlocks(reply);
  auto program = LastOf(
      blocks, [](const FencedBlock& block) { return block.complete && !block.language.empty(); });
  if (!program) program = LastOf(blocks, [](const FencedBlock& block) { return block.complete; });
  if (!program) program = LastOf(blocks, [](const FencedBlock&) { return true; });
  if (program || !blocks.empty()) return program;
  const auto language = DetectProgramLanguage(reply);
  if (!language) return std::nullopt;
  return Program{*language, std::string(reply)};
}

}  // namespace lemma::reason
