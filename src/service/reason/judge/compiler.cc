#include "service/reason/judge/compiler.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

extern "C" {
extern const char lemma_call_py_begin[], lemma_call_py_end[];
extern const char lemma_call_cc_begin[], lemma_call_cc_end[];
}

namespace lemma::reason {
namespace {

// Standard output is the program, which the host takes as bytes: it opens no file of the box's. The
// compiler's own words go to standard error.
constexpr const char* kCompileScript =
    "exec 3>&1 >&2 && \"$@\" -O2 -std=c++20 -w -o /tmp/program && exec cat /tmp/program >&3";

constexpr const char* kPythonCheck =
    "compile(open('/box/main.py', 'rb').read(), 'main.py', 'exec')";

std::string_view Bytes(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

Status Add(CompiledProgram& program, std::string path, std::string_view bytes,
           bool executable = false) {
  LEMMA_ASSIGN_OR_RETURN(SealedFile content, SealedFile::Make(bytes));
  program.files.push_back({std::move(path), std::move(content), executable});
  return Ok();
}

}  // namespace

BoxCommand CompiledProgram::Command(const SealedFile& input, const BoxLimits& limits) const {
  BoxCommand command{arguments, {}, &input, limits};
  for (const File& file : files) {
    command.files.push_back({file.path, &file.content, file.executable});
  }
  return command;
}

std::string Compiler::Find(ProgramLanguage language) {
  // Where a box has them: below /usr, whatever PATH says here.
  const std::vector<const char*> places =
      language == ProgramLanguage::kPython
          ? std::vector{"/usr/bin/python3"}
          : std::vector{"/usr/bin/g++", "/usr/bin/clang++", "/usr/bin/clang++-19"};
  for (const char* place : places) {
    if (access(place, X_OK) == 0) return place;
  }
  return "";
}

Result<Compiler::Outcome> Compiler::Compile(const Program& program,
                                            const std::string& function) const {
  if (Find(program.language).empty()) {
    return Unavailable(program.language == ProgramLanguage::kPython
                           ? "there is no /usr/bin/python3: install the package python3"
                           : "there is no C++ compiler in /usr/bin: install the package g++");
  }
  return program.language == ProgramLanguage::kPython ? CompilePython(program.source, function)
                                                      : CompileCpp(program.source, function);
}

Result<Compiler::Outcome> Compiler::CompilePython(const std::string& source,
                                                  const std::string& function) const {
  const std::string python = Find(ProgramLanguage::kPython);
  CompiledProgram program;
  LEMMA_RETURN_IF_ERROR(Add(program, "/box/main.py", source));
  LEMMA_ASSIGN_OR_RETURN(const SealedFile nothing, SealedFile::Make(""));
  program.arguments = {python, "-B", "-c", kPythonCheck};
  LEMMA_ASSIGN_OR_RETURN(BoxResult box, sandbox_.Run(program.Command(nothing, limits_)));
  if (function.empty()) {
    program.arguments = {python, "-B", "/box/main.py"};
  } else {
    LEMMA_RETURN_IF_ERROR(
        Add(program, "/box/call.py", Bytes(lemma_call_py_begin, lemma_call_py_end)));
    program.arguments = {python, "-B", "/box/call.py", function};
  }
  return Outcome{std::move(box), std::move(program)};
}

Result<Compiler::Outcome> Compiler::CompileCpp(const std::string& source,
                                               const std::string& function) const {
  CompiledProgram sources;
  sources.arguments = {"/bin/sh", "-c", kCompileScript, "sh", Find(ProgramLanguage::kCpp)};
  LEMMA_RETURN_IF_ERROR(Add(sources, "/box/program.cc", source));
  if (function.empty()) {
    sources.arguments.push_back("/box/program.cc");
  } else {
    LEMMA_RETURN_IF_ERROR(
        Add(sources, "/box/call.cc", Bytes(lemma_call_cc_begin, lemma_call_cc_end)));
    sources.arguments.insert(
        sources.arguments.end(),
        {"-DLEMMA_PROGRAM=\"/box/program.cc\"", "-DLEMMA_FUNCTION=" + function, "/box/call.cc"});
    // Its methods cannot be named without knowing that it is there.
    if (source.find("class Solution") != std::string::npos ||
        source.find("struct Solution") != std::string::npos) {
      sources.arguments.push_back("-DLEMMA_SOLUTION");
    }
  }
  LEMMA_ASSIGN_OR_RETURN(const SealedFile nothing, SealedFile::Make(""));
  LEMMA_ASSIGN_OR_RETURN(BoxResult box, sandbox_.Run(sources.Command(nothing, limits_)));
  CompiledProgram program;
  LEMMA_RETURN_IF_ERROR(Add(program, "/box/program", box.output, /*executable=*/true));
  program.arguments = {"/box/program"};
  box.output.clear();
  return Outcome{std::move(box), std::move(program)};
}

}  // namespace lemma::reason
