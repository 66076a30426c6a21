// Makes of a program what can be run against tests. Everything that reads the program does so in a
// box: a C++ compiler, which a source can make include any file and compute for ever, and Python's
// parser.
//
// Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/reason/judge/program.h"
#include "service/reason/judge/sandbox.h"
#include "service/reason/judge/sealed_file.h"

namespace lemma::reason {

// bits/stdc++.h at -O2 takes one to two seconds; a page of templates some more.
inline constexpr BoxLimits kCompileLimits = {.cpu_ms = 20'000,
                                             .wall_ms = 60'000,
                                             .memory_bytes = 1ull << 30,
                                             .output_bytes = 64ull << 20,  // the program
                                             .tmp_bytes = 256ull << 20,
                                             .n_inodes = 64};

// Ready to run, any number of times.
struct CompiledProgram {
  std::vector<std::string> arguments;
  struct File {
    std::string path;
    SealedFile content;
    bool executable;
  };
  std::vector<File> files;

  // A run of it. What it points to is borrowed: this and `input`.
  BoxCommand Command(const SealedFile& input, const BoxLimits& limits) const;
};

class Compiler {
 public:
  Compiler(const Sandbox& sandbox, const BoxLimits& limits) : sandbox_(sandbox), limits_(limits) {}

  // "" where there is none: "/usr/bin/python3", "/usr/bin/g++".
  static std::string Find(ProgramLanguage language);

  // Of one compilation. `box` says how it ended; compiled where it exited with status 0.
  struct Outcome {
    BoxResult box;
    CompiledProgram program;
    bool compiled() const { return box.ending == BoxEnding::kExited && box.exit_code == 0; }
  };

  // With a `function`, running the program calls it (harness/); "": the program runs as it is.
  // Errors: kUnavailable where this host has no compiler for the language, with what to install;
  // the others as Sandbox::Run.
  Result<Outcome> Compile(const Program& program, const std::string& function) const;

 private:
  Result<Outcome> CompilePython(const std::string& source, const std::string& function) const;
  Result<Outcome> CompileCpp(const std::string& source, const std::string& function) const;

  const Sandbox& sandbox_;
  const BoxLimits limits_;
};

}  // namespace lemma::reason
