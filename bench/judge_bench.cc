// What a run in the sandbox costs beyond the program itself: the same small programs started bare
// and in a box, in turn. Medians, in milliseconds.
//   judge_bench [rounds]
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "service/reason/judge/sandbox.h"

namespace {

using lemma::reason::BoxCommand;
using lemma::reason::Sandbox;
using lemma::reason::SealedFile;

double MsOf(const auto& run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

void RunBare(const std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    execv(pointers[0], pointers.data());
    _exit(127);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) std::exit(1);
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const int n_rounds = argc > 1 ? std::atoi(argv[1]) : 100;
  const auto sandbox = Sandbox::Create();
  const auto nothing = SealedFile::Make("");
  if (n_rounds < 1 || !sandbox.ok() || !nothing.ok()) {
    std::fprintf(stderr, "%s\n",
                 sandbox.ok() ? "usage: judge_bench [rounds]" : sandbox.status().message().c_str());
    return 1;
  }
  const std::vector<std::vector<std::string>> programs = {{"/usr/bin/true"},
                                                          {"/usr/bin/python3", "-B", "-c", "1"}};
  for (const auto& program : programs) {
    std::vector<double> bare, boxed;
    for (int i = 0; i < n_rounds; ++i) {
      bare.push_back(MsOf([&] { RunBare(program); }));
      boxed.push_back(MsOf([&] {
        const auto result = sandbox->Run(BoxCommand{program, {}, &*nothing, {}});
        if (!result.ok() || result->exit_code != 0) std::exit(1);
      }));
    }
    std::printf("%-18s bare %6.2f ms, in a box %6.2f ms, beyond the program %6.2f ms\n",
                program[0].c_str(), Median(bare), Median(boxed), Median(boxed) - Median(bare));
  }
}
