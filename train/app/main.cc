// lemma-train: from nothing to a model that `lemma serve` can serve.
#include <malloc.h>

#include <csignal>
#include <cstdio>

#include "train/app/commands.h"

namespace lemma::train {
std::atomic<bool> stop_requested{false};
}  // namespace lemma::train

namespace {

// Activations are freed and asked for again at every step: keep their pages instead of giving them
// back to the system, which would clear them each time.
void KeepFreedMemory() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest that glibc accepts
  mallopt(M_TRIM_THRESHOLD, 0x7fffffff);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  KeepFreedMemory();
  CLI::App app("lemma-train: trains lemma-mini and its kind: problems, vocabulary, weights.");
  app.require_subcommand(1);
  app.footer(
      "Each command explains itself: lemma-train pretrain --help\n"
      "The whole recipe: train/recipe/lemma-mini.sh");
  lemma::train::Run run;
  lemma::train::AddDataCommand(app, run);
  lemma::train::AddTokenizerCommand(app, run);
  lemma::train::AddClassifierCommand(app, run);
  lemma::train::AddPretrainCommand(app, run);
  lemma::train::AddSftCommand(app, run);
  lemma::train::AddEvalCommand(app, run);
  lemma::train::AddExportCommand(app, run);
  lemma::train::AddLogitsCommand(app, run);
  CLI11_PARSE(app, argc, argv);

  const auto request_stop = [](int) { lemma::train::stop_requested = true; };
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  std::signal(SIGXFSZ, SIG_IGN);  // a file over the limit is an error to report, not a death
  try {
    const lemma::Status status = run();
    if (status.ok()) return 0;
    const std::string option = status.field().empty() ? "" : "--" + status.field() + ": ";
    std::fprintf(stderr, "lemma-train: %s%s\n", option.c_str(), status.message().c_str());
    if (status.code() == lemma::StatusCode::kCancelled) return 130;  // as a shell says of SIGINT
  } catch (const std::exception& error) {  // libtorch and the standard library report by exception
    std::fprintf(stderr, "lemma-train: %s\n", error.what());
  }
  return 1;
}
