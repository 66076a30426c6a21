#include <cstdio>

#include "app/commands.h"

namespace lemma::app {

int Report(const Status& status) {
  if (status.ok()) return 0;
  std::fprintf(stderr, "lemma: %s\n", status.message().c_str());
  return 1;
}

}  // namespace lemma::app

int main(int argc, char** argv) {
  using namespace lemma::app;
  CLI::App app("Lemma: a reasoning server for small specialist models.", "lemma");
  app.set_version_flag("--version", std::string("lemma ") + LEMMA_VERSION);
  app.require_subcommand(1);
  app.set_config("--config", "", "Options from a TOML file: a table [serve] with port = 9000");
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.footer(
      "Examples:\n"
      "  lemma serve                                serve lemma-mini on http://127.0.0.1:8080\n"
      "  lemma ask \"Solve 3x + 5 = 20\"               one answer, without a server\n"
      "  lemma serve --model DIR --port 9000        serve a Hugging Face checkpoint\n"
      "  lemma pull vibethinker-1.5b                fetch a model; then: --model vibethinker-1.5b\n"
      "  lemma COMMAND --help                       what a command takes");
  ExitStatus exit_status;
  AddServe(app, exit_status);
  AddAsk(app, exit_status);
  AddWorker(app, exit_status);
  AddTokenize(app, exit_status);
  AddLogits(app, exit_status);
  AddMakeCheckpoint(app, exit_status);
  AddPull(app, exit_status);
  AddPack(app, exit_status);
  AddBench(app, exit_status);
  AddEqual(app, exit_status);
  AddJudge(app, exit_status);
  AddEval(app, exit_status);
  AddProfile(app, exit_status);
  AddKey(app, exit_status);
  AddAdmin(app, exit_status);
  AddDoctor(app, exit_status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);  // prints help, the version or the error
    return status == 0 ? 0 : 2;
  }
  return exit_status.value;
}
