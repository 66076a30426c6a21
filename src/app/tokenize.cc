#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <memory>

#include "app/commands.h"
#include "app/model_choice.h"

namespace lemma::app {
namespace {

struct TokenizeOptions {
  std::string model = "lemma-mini";
  bool json = false;
  bool plain = false;
};

Status Tokenize(const TokenizeOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const TokenizerFiles files, OpenTokenizer(options.model));
  LEMMA_ASSIGN_OR_RETURN(
      const text::Tokenizer tokenizer,
      text::Tokenizer::FromJson(files.tokenizer_json, options.model + "/tokenizer.json"));
  const auto special =
      options.plain ? text::SpecialTokens::kAsText : text::SpecialTokens::kRecognize;
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const std::vector<text::TokenId> ids = tokenizer.Encode(line, special);
    if (options.json) {
      std::cout << boost::json::serialize(boost::json::array(ids.begin(), ids.end())) << '\n';
      continue;
    }
    for (const text::TokenId id : ids) {
      std::cout << id << '\t'
                << boost::json::serialize(boost::json::string(tokenizer.Decode({id}, false)))
                << '\n';
    }
    std::cout << '\n';
  }
  return Ok();
}

}  // namespace

void AddTokenize(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<TokenizeOptions>();
  CLI::App* command =
      app.add_subcommand("tokenize", "Token ids of standard input, each line a text of its own");
  command->add_option("-m,--model", options->model, "Whose tokenizer")->capture_default_str();
  command->add_flag("--json", options->json, "One JSON array of ids a line");
  command->add_flag("--plain", options->plain,
                    "Encode a spelled special token as text, as for user input");
  command->footer("Example:\n  echo 'What is 2+2?' | lemma tokenize --json");
  command->callback([options, &exit_status] { exit_status.value = Report(Tokenize(*options)); });
}

}  // namespace lemma::app
