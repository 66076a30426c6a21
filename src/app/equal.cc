#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "app/commands.h"
#include "service/reason/answer_equality.h"
#include "service/reason/answer_extractor.h"

namespace lemma::app {
namespace {

struct EqualOptions {
  std::string gold;
  std::string prediction;
  bool extract = false;
  bool json = false;
  reason::AnswerOptions answers;
};

int Equal(const EqualOptions& options) {
  std::string prediction = options.prediction;
  std::string rule = "given";
  if (options.extract) {
    const auto extracted = reason::ExtractAnswer(options.prediction);
    prediction = extracted ? extracted->text : "";
    rule = extracted ? reason::ExtractionRuleName(extracted->rule) : "none";
  }
  const reason::AnswerVerdict verdict =
      reason::CompareAnswers(options.gold, prediction, options.answers);
  if (options.json) {
    const boost::json::object object = {{"same", verdict.same},
                                        {"reason", verdict.reason},
                                        {"answer", prediction},
                                        {"found_by", rule},
                                        {"steps", verdict.steps_used}};
    std::printf("%s\n", boost::json::serialize(object).c_str());
  } else {
    std::printf("%s: %s\n", verdict.same ? "same" : "different", verdict.reason.c_str());
  }
  return verdict.same ? 0 : 1;
}

}  // namespace

void AddEqual(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<EqualOptions>();
  CLI::App* command = app.add_subcommand(
      "equal",
      "Whether two answers are the same; exit status 0 if so, 1 if not, 2 for wrong usage");
  command->add_option("gold", options->gold, "The right answer")->required();
  command->add_option("prediction", options->prediction, "The answer to check")->required();
  command->add_flag("--extract", options->extract,
                    "PREDICTION is a whole reply: find the answer in it first");
  command
      ->add_option("--digits", options->answers.digits_min,
                   "Significant digits from which a decimal may stand for what it rounds")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object");
  command->footer("Example:\n  lemma equal '\\frac{1}{2}' 0.5\n  lemma equal -- '-1/2' '-0.5'");
  command->callback([options, &exit_status] { exit_status.value = Equal(*options); });
}

}  // namespace lemma::app
