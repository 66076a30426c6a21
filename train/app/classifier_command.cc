// lemma-train classifier: the weights by which `lemma serve` tells what a request is for.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "common/base/file.h"
#include "common/base/log.h"
#include "train/app/commands.h"
#include "train/classifier/examples.h"
#include "train/classifier/perceptron.h"

namespace lemma::train {
namespace {

struct ClassifierOptions {
  std::filesystem::path root = ".";
  std::filesystem::path out = "src/service/reason/classifier_weights.txt";
  std::filesystem::path held_out;  // "": not written
};

Status WriteClassifier(const ClassifierOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const auto examples, ClassifierExamples(options.root, Split::kTrain));
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(options.out, TrainClassifier(examples).ToText()));
  LogInfo("classifier: {} requests learnt, weights in {}", examples.size(), options.out.string());
  if (options.held_out.empty()) return Ok();
  LEMMA_ASSIGN_OR_RETURN(const auto held_out, ClassifierExamples(options.root, Split::kHeldOut));
  std::string lines;
  for (const LabelledText& example : held_out) lines += FormatLabelledText(example) + "\n";
  return WriteFileAtomically(options.held_out, lines);
}

}  // namespace

void AddClassifierCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<ClassifierOptions>();
  CLI::App* command = app.add_subcommand(
      "classifier", "Train the classifier that tells what a request is for; takes a second");
  command->footer("Example: lemma-train classifier --held-out /tmp/held_out.txt");
  command->add_option("--root", options->root, "The repository, whose phrases are learnt")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  command->add_option("--out", options->out, "File for the weights")->capture_default_str();
  command->add_option("--held-out", options->held_out,
                      "File for the requests to measure it on, for bench/classifier_bench");
  command->callback([options, &run] { run = [options] { return WriteClassifier(*options); }; });
}

}  // namespace lemma::train
